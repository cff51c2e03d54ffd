/** Random ids and secrets, and the hashes of secrets: the one place of the server that asks the machine for chance. */

import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";

const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const KEY_LENGTH = 12;
const ID_LENGTH = 12;
const TOKEN_BYTES = 32;
export const TOKEN_PREFIX = "wh_";

/** An id that nobody else has; not a secret. Letters and digits only: a command line takes `-` for a flag, a sheet for a formula. */
export function randomId(): string {
  return randomCharacters(ID_LENGTH);
}

/** A device key: 12 of `A-Z a-z 0-9`. */
export function randomDeviceKey(): string {
  return randomCharacters(KEY_LENGTH);
}

function randomCharacters(length: number, characters = CHARACTERS): string {
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join("");
}

/** What a browser's cookie holds: 256 bits that nobody guesses. */
export function randomToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/** What is stored of a token. It has 256 random bits, so a fast hash is enough. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** What programs log in with. The prefix lets whoever scans for leaked secrets know one. */
export function randomApiToken(): string {
  return `${TOKEN_PREFIX}${randomToken()}`;
}

/** Letters and digits that nobody takes for one another. */
const CODE_CHARACTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/** What is typed once to make the first account from elsewhere: 59 bits, as `XXXX-XXXX-XXXX`. */
export function randomSetupCode(): string {
  const part = () => randomCharacters(4, CODE_CHARACTERS);
  return [part(), part(), part()].join("-");
}

/** Whether two secrets are the same, in a time that says nothing of where they differ. */
export function isSameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
