/** The levels of a log entry, least first; a level's number on the wire is its place here. */

export const LOG_LEVELS = ["debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const ALIASES: Readonly<Record<string, LogLevel>> = {
  trace: "debug",
  verbose: "debug",
  notice: "info",
  warning: "warn",
  err: "error",
  critical: "fatal",
};

/** Reads a name, an alias or 0–4; anything else is `undefined`. */
export function parseLogLevel(input: unknown): LogLevel | undefined {
  if (typeof input === "number") return LOG_LEVELS[input];
  if (typeof input !== "string") return undefined;
  if (isLogLevel(input)) return input;
  const name = input.toLowerCase();
  if (/^[0-4]$/.test(name)) return LOG_LEVELS[Number(name)];
  if (isLogLevel(name)) return name;
  return Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
}

/** A level's place in their order, least first. */
export function levelRank(level: LogLevel): number {
  return LOG_LEVELS.indexOf(level);
}

function isLogLevel(text: string): text is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(text);
}
