/** Where connections come from: one address has some 28,000 ports, and each is kept for a minute after its use. */

/** Linux has all of 127.0.0.0/8; elsewhere the one address has to do. */
const SOURCES = process.platform === "linux" ? 200 : 0;

/** The address that the connection of this number comes from; `undefined` for the usual one. */
export function sourceOf(number: number): { readonly localAddress: string } | undefined {
  return SOURCES === 0 ? undefined : { localAddress: `127.0.1.${1 + (number % SOURCES)}` };
}
