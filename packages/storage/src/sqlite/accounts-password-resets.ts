/** Links that set a new password in SQLite. */

import type { DatabaseSync } from "node:sqlite";
import type { PasswordResetOutcome, PasswordResetRecord, Time } from "../ports.ts";
import { alreadyStored, unknownUser } from "../rules/arguments.ts";
import { prepare } from "./statement.ts";

export function passwordResetWriting(
  database: DatabaseSync,
  setPassword: (user: string, passwordHash: string) => void,
) {
  const forget = prepare(database, "DELETE FROM password_resets WHERE expires_at <= ?");
  const found = prepare<PasswordResetRecord>(database, SELECT_RESET);
  const add = prepare(
    database,
    `INSERT INTO password_resets (user, token_hash, created_at, expires_at)
     SELECT row, ?2, ?3, ?4 FROM users WHERE id = ?1
     ON CONFLICT (user) DO UPDATE SET
       token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at`,
  );
  const credentials = prepare<{ tokenHash: string }>(
    database,
    `SELECT token_hash AS tokenHash FROM web_sessions WHERE user = ${THE_USER}
     UNION ALL SELECT token_hash FROM tokens WHERE user = ${THE_USER}`,
  );
  const removals = ["web_sessions", "tokens", "known_devices", "password_resets"].map((table) =>
    prepare(database, `DELETE FROM ${table} WHERE user = ${THE_USER}`),
  );

  return {
    addPasswordReset({ tokenHash, user, createdAt, expiresAt }: PasswordResetRecord): void {
      forget.run(createdAt);
      if (found.get(tokenHash) !== undefined) throw alreadyStored("password reset");
      if (add.run(user, tokenHash, createdAt, expiresAt).changes === 0) throw unknownUser(user);
    },
    resetPassword(tokenHash: string, passwordHash: string, at: Time): PasswordResetOutcome | undefined {
      const reset = found.get(tokenHash);
      if (reset === undefined || reset.expiresAt <= at) return undefined;
      const { user } = reset;
      const ended = credentials.all(user).map((credential) => credential.tokenHash);
      setPassword(user, passwordHash);
      for (const removal of removals) removal.run(user);
      return { user, ended };
    },
  };
}

export function passwordResetReading(database: DatabaseSync) {
  const found = prepare<PasswordResetRecord>(database, SELECT_RESET);
  return {
    passwordReset: (tokenHash: string): PasswordResetRecord | undefined => found.get(tokenHash),
  };
}

const THE_USER = "(SELECT row FROM users WHERE id = ?1)";

const SELECT_RESET = `
  SELECT token_hash AS tokenHash, users.id AS user, password_resets.created_at AS createdAt,
    expires_at AS expiresAt
  FROM password_resets JOIN users ON users.row = password_resets.user WHERE token_hash = ?`;
