/** The shapes of a device key and of a device's id. */

const KEY = /^[A-Za-z0-9]{12}$/;
const DEVICE = /^[A-Za-z0-9._-]{1,64}$/;
const ANONYMOUS = "anonymous-";
const UNREACHABLE = [".", "..", "__proto__"];

/** Whether it has the form of a device key: 12 of A-Z a-z 0-9. */
export function isDeviceKey(text: unknown): text is string {
  return typeof text === "string" && KEY.test(text);
}

/**
 * Whether a device may call itself so: 1–64 of `A-Z a-z 0-9 . _ -`, and not `anonymous-*`, which the server gives out. Nor
 * what no web address can hold (`.` and `..`; URL Standard, §4.4) and no JSON object of many JSON tools (`__proto__`).
 */
export function isDeviceId(text: unknown): text is string {
  return (
    typeof text === "string" &&
    DEVICE.test(text) &&
    !text.startsWith(ANONYMOUS) &&
    !UNREACHABLE.includes(text)
  );
}

/** The id of the `n`th connection, from 1, that shares a key in dialect 1. */
export function anonymousDeviceId(n: number): string {
  return `${ANONYMOUS}${n}`;
}
