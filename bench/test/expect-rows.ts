/** What every measurement's short form is held to: it printed its rows, and each says a number. */

import { expect } from "vitest";
import type { Figure } from "../figure.ts";

export function expectRows(figures: readonly Figure[], count: number): void {
  expect(figures).toHaveLength(count);
  for (const { ours, peer, floor } of figures) {
    expect(ours).toMatch(/^-?\d/);
    expect(`${peer}${floor}`).not.toContain("NaN");
  }
}
