/** Sets a password in the data folder of a server that doesn't run: for the admin, whom nobody can send a link. */

import { stat } from "node:fs/promises";
import { StorageUnusableError, type Storage } from "@wheelhouse/storage";
import { databaseFile, openSqliteStorage } from "@wheelhouse/storage/sqlite";
import { weaknessOf } from "./common-passwords.ts";
import { createPasswords } from "./passwords.ts";
import { hashToken, randomToken } from "./secrets.ts";

export interface NewPassword {
  readonly email: string;
  /** As long as the API wants a new one to be: that is for the caller to see to. */
  readonly password: string;
}

/** What became of it: `weak` says why guessers try this password first. */
export type FolderReset = "done" | "unknown_account" | { readonly weak: string };

/**
 * Sets an account's password, and ends its sessions and tokens.
 *
 * @throws StorageUnusableError when there is no data, a server holds it, or it is of a newer version.
 */
export async function resetPasswordInFolder(
  folder: string,
  { email, password }: NewPassword,
): Promise<FolderReset> {
  const address = email.trim().toLowerCase();
  const weak = weaknessOf(password, address);
  if (weak !== undefined) return { weak };
  await expectData(folder);
  const storage = await openSqliteStorage({ folder });
  try {
    return await reset(storage, address, await createPasswords().hash(password));
  } finally {
    await storage.close();
  }
}

/** Opening makes what is missing, and here that is a slip in the folder's name. */
async function expectData(folder: string): Promise<void> {
  if ((await stat(databaseFile(folder)).catch(() => undefined)) === undefined)
    throw new StorageUnusableError(`there is no data of a Wheelhouse in ${folder}`);
}

async function reset(
  { accounts }: Storage,
  email: string,
  passwordHash: string,
): Promise<"done" | "unknown_account"> {
  const user = await accounts.userByEmail(email);
  if (user === undefined) return "unknown_account";
  const tokenHash = hashToken(randomToken());
  // Nobody sees this link, so any time will do.
  await accounts.addPasswordReset({ tokenHash, user: user.id, createdAt: 0, expiresAt: 1 });
  await accounts.resetPassword(tokenHash, passwordHash, 0);
  return "done";
}
