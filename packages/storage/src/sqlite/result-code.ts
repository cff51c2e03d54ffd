/** What SQLite calls a failure: the low byte of an extended result code is the primary one. 0 for what isn't SQLite's. */
export function primaryCode(error: unknown): number {
  return ((error as { readonly errcode?: number }).errcode ?? 0) & 0xff;
}
