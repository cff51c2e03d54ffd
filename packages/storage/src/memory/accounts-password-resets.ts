/** Links that set a new password in memory. */

import type { PasswordResetOutcome, PasswordResetRecord, Time } from "../ports.ts";
import { alreadyStored } from "../rules/arguments.ts";
import { findUser, type MemoryDisk } from "./disk.ts";

export function passwordResetCalls(disk: MemoryDisk) {
  return {
    addPasswordReset(reset: PasswordResetRecord): void {
      findUser(disk, reset.user);
      const stays = ({ user, expiresAt }: PasswordResetRecord) =>
        user !== reset.user && expiresAt > reset.createdAt;
      const kept = disk.passwordResets.get(reset.tokenHash);
      if (kept !== undefined && kept.expiresAt > reset.createdAt) throw alreadyStored("password reset");
      for (const [hash, other] of disk.passwordResets) if (!stays(other)) disk.passwordResets.delete(hash);
      disk.passwordResets.set(reset.tokenHash, reset);
    },
    passwordReset: (tokenHash: string): PasswordResetRecord | undefined => disk.passwordResets.get(tokenHash),
    resetPassword(tokenHash: string, passwordHash: string, at: Time): PasswordResetOutcome | undefined {
      const reset = disk.passwordResets.get(tokenHash);
      const user = disk.users.get(reset?.user ?? "");
      if (reset === undefined || user === undefined || reset.expiresAt <= at) return undefined;
      disk.users.set(user.id, { ...user, passwordHash });
      const ended = [...removeOf(disk.webSessions, user.id), ...removeOf(disk.tokens, user.id)];
      removeOf(disk.knownDevices, user.id);
      removeOf(disk.passwordResets, user.id);
      return { user: user.id, ended };
    },
  };
}

/** Removes what is that user's, and gives the keys. */
function removeOf(records: Map<string, { readonly user: string }>, user: string): readonly string[] {
  const keys = [...records].filter(([, record]) => record.user === user).map(([key]) => key);
  for (const key of keys) records.delete(key);
  return keys;
}
