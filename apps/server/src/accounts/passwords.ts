/** Passwords: hashed with argon2id, with the parameters that OWASP recommends at least. */

import { hash, verify } from "@node-rs/argon2";

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(password, PARAMETERS);
}

/** Whether it is the account's password. Without an account it takes as long, and is false. */
export async function isRightPassword(password: string, stored: string | undefined): Promise<boolean> {
  const right = await verify(stored ?? (await placeholder), password);
  return right && stored !== undefined;
}

const placeholder = hashPassword("nobody's password");
