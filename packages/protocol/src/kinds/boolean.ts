/** On or off. */

import type { Kind } from "./kind.ts";

const WORDS: Readonly<Record<string, boolean>> = { true: true, false: false, "1": true, "0": false };

export const boolean: Kind<boolean> = {
  expects: "true or false",
  parse(input) {
    if (typeof input === "boolean") return input;
    const word = typeof input === "number" ? String(input) : input;
    const lower = typeof word === "string" ? word.toLowerCase() : "";
    return Object.hasOwn(WORDS, lower) ? WORDS[lower] : undefined;
  },
  format: String,
  equal: Object.is,
};
