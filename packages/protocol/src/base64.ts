/** Standard, padded base64 (RFC 4648 §4) of UTF-8 text, and nothing laxer. */

/** The last character before the padding has bits that belong to no byte; they are zero (§3.5). */
const PADDED = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `undefined` when the text isn't padded base64 of valid UTF-8. */
export function fromBase64(text: string): string | undefined {
  if (!PADDED.test(text)) return undefined;
  try {
    return utf8.decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

export function toBase64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
