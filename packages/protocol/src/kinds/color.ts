/** Colours. */

import type { Kind } from "./kind.ts";

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

/** A colour as `#rgb`, `#rrggbb` or `#rrggbbaa`. */
export const color: Kind<string> = {
  expects: "a colour like #rrggbb",
  parse: (input) => (typeof input === "string" && HEX.test(input) ? input : undefined),
  format: (value) => value,
  equal: (left, right) => inFull(left) === inFull(right),
};

function inFull(value: string): string {
  const digits = value.slice(1).toLowerCase();
  return digits.length === 3 ? digits.replaceAll(/./g, "$&$&") : digits;
}
