/** What a browser calls itself, in two words. Pure. */

/** In this order, since most also call themselves what others are called. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/\bChrome\/|\bCriOS\/|\bHeadlessChrome\//, "Chrome"],
  [/\bSafari\//, "Safari"],
  [/^curl\//, "curl"],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

const MAX_SHOWN_LENGTH = 40;

export function toClientText(client: string | null): string {
  if (client === null || client === "") return "unknown";
  const find = (names: typeof BROWSERS): string | undefined =>
    names.find(([pattern]) => pattern.test(client))?.[1];
  const browser = find(BROWSERS);
  const system = find(SYSTEMS);
  if (browser === undefined) return client.slice(0, MAX_SHOWN_LENGTH);
  return system === undefined ? browser : `${browser} on ${system}`;
}
