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
const NOT_UNDER_NEVER = 'false under a supervisor whose autoShutdown is "never"';
const NOT_IF_PERMANENT = "false if it is permanent";

interface SupervisorFields {
  readonly strategy?: Strategy;
  readonly intensity?: Intensity;
  readonly autoShutdown?: AutoShutdown;
  readonly backOff?: BackOff;
  readonly maxChildren?: number;
}

/** @throws SpecError for the first field that is wrong. */
export function checkSupervisor(name: string, spec: SupervisorFields): void {
  const { strategy, intensity, autoShutdown, backOff, maxChildren } = spec;
  if (strategy !== undefined) expectOneOf("strategy", name, strategy, STRATEGIES);
  if (autoShutdown !== undefined) expectOneOf("autoShutdown", name, autoShutdown, AUTO_SHUTDOWNS);
  if (intensity !== undefined) {
    const { restarts, withinMs } = intensity;
    const isTime = isNumber(withinMs) && withinMs > 0;
    expectField("intensity.restarts", name, restarts, isCount(restarts), "an integer from 0 on");
    expectField("intensity.withinMs", name, withinMs, isTime, "milliseconds above 0");
  }
  if (maxChildren !== undefined) {
    const counts = maxChildren === Infinity || isCount(maxChildren);
    expectField("maxChildren", name, maxChildren, counts, "an integer from 0 on, or Infinity");
  }
  if (backOff !== undefined) checkBackOff(name, backOff);
}

function checkBackOff(name: string, { minMs, maxMs, jitter, resetAfterMs }: BackOff): void {
  const finite = (ms: unknown) => isNumber(ms) && ms !== Infinity;
  expectField("backOff.minMs", name, minMs, finite(minMs) && minMs > 0, "milliseconds above 0");
  expectField("backOff.maxMs", name, maxMs, finite(maxMs) && maxMs >= minMs, "milliseconds from minMs on");
  if (jitter !== undefined)
    expectField("backOff.jitter", name, jitter, isNumber(jitter) && jitter <= 1, "a share from 0 to 1");
  if (resetAfterMs !== undefined)
    expectField("backOff.resetAfterMs", name, resetAfterMs, isNumber(resetAfterMs), "milliseconds from 0 on");
}

/** @throws SpecError for the first field that is wrong. */
export function checkChild(child: ChildSpec, autoShutdown: AutoShutdown): void {
  const { id, process, restart, shutdown, significant = false, type } = child;
  const shutdownFits = shutdown === "brutal" || isNumber(shutdown);
  const isNever = significant && autoShutdown === "never";
  expectField("id", child, id, typeof id === "string" && id !== "", "a text that isn't empty");
  expectField("process", child, process, isProcessSpec(process), "a definition with its arguments");
  expectOneOf("restart", child, restart, RESTARTS);
  expectField("shutdown", child, shutdown, shutdownFits, '"brutal" or milliseconds from 0 to Infinity');
  if (type !== undefined) expectOneOf("type", child, type, TYPES);
  expectField("significant", child, significant, typeof significant === "boolean", "true or false");
  expectField("significant", child, significant, !isNever, NOT_UNDER_NEVER);
  expectField("significant", child, significant, !significant || restart !== "permanent", NOT_IF_PERMANENT);
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
function expectField(
  field: string,
  of: string | ChildSpec,
  value: unknown,
  fits: boolean,
  expected: string,
): void {
  if (fits) return;
  throw new SpecError(field, typeof of === "string" ? of : `child ${show(of.id)}`, expected, value);
}

function expectOneOf(field: string, of: string | ChildSpec, value: string, values: readonly string[]): void {
  if (!values.includes(value)) expectField(field, of, value, false, values.map(show).join(" or "));
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
