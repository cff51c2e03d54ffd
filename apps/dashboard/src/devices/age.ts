/** How long ago something was, in as few characters as say it. Pure. */

import { DAY_MS, HOUR_MS } from "@wheelhouse/api";

const UNITS = [
  { name: "d", ms: DAY_MS },
  { name: "h", ms: HOUR_MS },
  { name: "min", ms: 60_000 },
  { name: "s", ms: 1_000 },
];

export function formatAge(at: number, now: number): string {
  const ago = Math.max(0, now - at);
  const unit = UNITS.find(({ ms }) => ago >= ms);
  return unit === undefined ? "just now" : `${Math.floor(ago / unit.ms)} ${unit.name} ago`;
}
