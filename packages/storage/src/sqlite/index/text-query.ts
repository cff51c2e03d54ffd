/** Text as the text index knows it. */

import { foldCase } from "@wheelhouse/protocol";

/** The index ends a text at a NUL; any other letter that nobody types will do. */
export function toIndexedText(text: string): string {
  return foldCase(text).replaceAll("\0", "\uFFFD");
}

/** A query for documents that have all of the text's parts of three letters; undefined for a text that has none. */
export function toTextQuery(text: string): string | undefined {
  const letters = Array.from(toIndexedText(text));
  if (letters.length < PART_LETTERS) return undefined;
  const parts = new Set<string>();
  for (let start = 0; start + PART_LETTERS <= letters.length && parts.size < MOST_PARTS; start += 1) {
    parts.add(letters.slice(start, start + PART_LETTERS).join(""));
  }
  return [...parts].map((part) => `"${part.replaceAll('"', '""')}"`).join(" AND ");
}

const PART_LETTERS = 3;
/** More would find hardly less. */
const MOST_PARTS = 24;
