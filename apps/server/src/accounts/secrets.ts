/** Random ids and secrets, and the hashes of secrets: the one place of the server that asks the machine for chance. */

import { createHash, randomBytes, randomInt } from "node:crypto";

const KEY_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const KEY_LENGTH = 12;
const ID_BYTES = 9;
const TOKEN_BYTES = 32;

/** An id that nobody else has; not a secret. */
export function randomId(): string {
  return randomBytes(ID_BYTES).toString("base64url");
}

/** A device key: 12 of `A-Z a-z 0-9`. */
export function randomDeviceKey(): string {
  return Array.from({ length: KEY_LENGTH }, () => KEY_CHARACTERS[randomInt(KEY_CHARACTERS.length)]).join("");
}

/** What a browser's cookie holds: 256 bits that nobody guesses. */
export function randomToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/** What is stored of a token. It has 256 random bits, so a fast hash is enough. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
