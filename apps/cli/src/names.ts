/** Names as people ask for them, where `*` stands for anything. Pure. */

/** Whether a name is one of those; every name is where none is asked for. */
export function toMatcher(wanted: readonly string[]): (name: string) => boolean {
  if (wanted.length === 0) return () => true;
  const patterns = wanted.map((text) => new RegExp(`^${text.split("*").map(toLiteral).join(".*")}$`, "s"));
  return (name) => patterns.some((pattern) => pattern.test(name));
}

function toLiteral(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
