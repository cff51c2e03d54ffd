/** Whether what a supervisor is given makes sense: types keep most of it out, untyped code and computed values don't. */

import type { ChildSpec } from "./child-spec.ts";
import type { BackOff } from "./back-off.ts";
import type { AutoShutdown, Intensity, Strategy } from "./restart-rules.ts";

/** A supervisor's or a child's description is wrong; the message names the field, what it should be, and what it was. */
export class SpecError extends Error {
  override readonly name = "SpecError";
  readonly code = "bad_spec";
  readonly field: string;
  constructor(field: string, of: string, expected: string, got: unknown) {
    super(`expected ${field} of ${of} to be ${expected}, got: ${show(got)}`);
    this.field = field;
  }
}

const STRATEGIES = ["one_for_one", "one_for_all", "rest_for_one"];
const AUTO_SHUTDOWNS = ["never", "any_significant", "all_significant"];
const RESTARTS = ["permanent", "transient", "temporary"];
const TYPES = ["worker", "supervisor"];

interface SupervisorFields {
  readonly strategy?: Strategy;
  readonly intensity?: Intensity;
  readonly autoShutdown?: AutoShutdown;
  readonly backOff?: BackOff;
  readonly maxChildren?: number;
}

/** @throws SpecError for the first field that is wrong. */
export function checkSupervisor(name: string, spec: SupervisorFields): void {
  const check = checksOf(() => name);
  const { strategy, intensity, autoShutdown, backOff, maxChildren } = spec;
  if (strategy !== undefined) check.oneOf("strategy", strategy, STRATEGIES);
  if (autoShutdown !== undefined) check.oneOf("autoShutdown", autoShutdown, AUTO_SHUTDOWNS);
  if (intensity !== undefined) {
    const { restarts, withinMs } = intensity;
    check.that("intensity.restarts", restarts, isCount(restarts), "an integer from 0 on");
    check.that("intensity.withinMs", withinMs, isNumber(withinMs) && withinMs > 0, "milliseconds above 0");
  }
  if (maxChildren !== undefined) {
    const counts = maxChildren === Infinity || isCount(maxChildren);
    check.that("maxChildren", maxChildren, counts, "an integer from 0 on, or Infinity");
  }
  if (backOff !== undefined) checkBackOff(name, backOff);
}

function checkBackOff(name: string, { minMs, maxMs, jitter, resetAfterMs }: BackOff): void {
  const check = checksOf(() => name);
  const finite = (ms: unknown) => isNumber(ms) && ms !== Infinity;
  check.that("backOff.minMs", minMs, finite(minMs) && minMs > 0, "milliseconds above 0");
  check.that("backOff.maxMs", maxMs, finite(maxMs) && maxMs >= minMs, "milliseconds from minMs on");
  if (jitter !== undefined)
    check.that("backOff.jitter", jitter, isNumber(jitter) && jitter <= 1, "a share from 0 to 1");
  if (resetAfterMs !== undefined)
    check.that("backOff.resetAfterMs", resetAfterMs, isNumber(resetAfterMs), "milliseconds from 0 on");
}

/** @throws SpecError for the first field that is wrong. */
export function checkChild(child: ChildSpec, autoShutdown: AutoShutdown): void {
  const { id, process, restart, shutdown, significant = false, type } = child;
  const check = checksOf(() => `child ${show(id)}`);
  check.that("id", id, typeof id === "string" && id !== "", "a text that isn't empty");
  check.that("process", process, isProcessSpec(process), "a definition with its arguments");
  check.oneOf("restart", restart, RESTARTS);
  const shutdownFits = shutdown === "brutal" || isNumber(shutdown);
  check.that("shutdown", shutdown, shutdownFits, '"brutal" or milliseconds from 0 to Infinity');
  if (type !== undefined) check.oneOf("type", type, TYPES);
  check.that("significant", significant, typeof significant === "boolean", "true or false");
  const never = significant && autoShutdown === "never";
  check.that("significant", significant, !never, 'false under a supervisor whose autoShutdown is "never"');
  check.that("significant", significant, !significant || restart !== "permanent", "false if it is permanent");
}

/** @throws SpecError for the first child that is wrong, or has another's id. */
export function checkChildren(
  name: string,
  children: readonly ChildSpec[],
  autoShutdown: AutoShutdown,
): void {
  const ids = new Set<string>();
  for (const child of children) {
    checkChild(child, autoShutdown);
    if (ids.has(child.id)) throw new SpecError("the children", name, "of different ids", child.id);
    ids.add(child.id);
  }
}

/** Words are made only for what is wrong: a child's start is checked too, and should cost little. */
function checksOf(of: () => string) {
  const that = (field: string, value: unknown, fits: boolean, expected: string) => {
    if (!fits) throw new SpecError(field, of(), expected, value);
  };
  const oneOf = (field: string, value: string, values: readonly string[]) => {
    if (!values.includes(value)) that(field, value, false, values.map(show).join(" or "));
  };
  return { that, oneOf };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && value >= 0;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && isNumber(value);
}

function isProcessSpec(value: unknown): boolean {
  return typeof value === "object" && value !== null && "definition" in value;
}

function show(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}
