/** What a device says: into the batch that is stored next, and to whoever watches. */

import { refuse, type AppliedResult, type JsonValue, type Refusal } from "@wheelhouse/protocol";
import type { Reading } from "@wheelhouse/storage";
import type { DeviceLine } from "../protocol.ts";
import type { Report } from "../variable-table.ts";
import { openBatch, type Attached, type DeviceContext } from "./state.ts";
import { isWatched, publish, viewOf } from "./telling.ts";
import { rejectUnfit, updateWrites } from "./writing.ts";

export function hear(ctx: DeviceContext, attached: Attached, line: DeviceLine): void {
  const { state } = ctx;
  const batch = openBatch(ctx);
  const { seq, receivedAt } = line;
  batch.line = line.line;
  batch.receivedAt = receivedAt;
  if (state.record !== undefined) state.record.lastSeen = receivedAt;
  if (seq !== undefined) {
    if (seq <= attached.received) {
      batch.seq ??= attached.received;
      return;
    }
    batch.missed += seq - attached.received - 1;
    batch.seq = attached.received = seq;
  }
  take(ctx, attached, line);
}

/** Takes the device's answer to a set, and says what can't be taken of it. */
export function takeAnswer(
  ctx: DeviceContext,
  set: number,
  results: Readonly<Record<string, AppliedResult>>,
): Refusal | undefined {
  const { writes, variables } = ctx.state;
  if (!writes.canHaveSent(set))
    return refuse("unknown_write", `no set with the id ${set} was sent to this device`);
  const at = ctx.wallClock();
  const { updates, reported, problem } = writes.readAnswer(set, results, variables, at);
  updateWrites(ctx, updates);
  const report = variables.reportValues(reported, { at, receivedAt: at, backlog: false });
  if (typeof report !== "string") addReport(ctx, report);
  return problem === undefined ? undefined : refuse("invalid", problem);
}

function take(ctx: DeviceContext, attached: Attached, { content, receivedAt, seq }: DeviceLine): void {
  const { variables, writes } = ctx.state;
  switch (content.type) {
    case "declare":
      return addReport(
        ctx,
        variables.declare(content.variables, { at: receivedAt, receivedAt, backlog: false }),
      );
    case "values": {
      const { values, at, backlog } = content;
      const report = variables.reportValues(values, { at, receivedAt, backlog });
      if (typeof report === "string") return ctx.cast(attached.connection, "refuse", "invalid", report, seq);
      return addReport(ctx, report);
    }
    case "typed_values": {
      const { values, at } = content;
      addReport(ctx, variables.reportTypedValues(values, { at, receivedAt, backlog: false }));
      const names = values.map(({ name }) => name);
      return updateWrites(ctx, writes.appliedBy(names, variables, receivedAt));
    }
    case "logs":
      for (const entry of content.entries) openBatch(ctx).logs.add(entry);
      return;
    case "marker": {
      const { name, fields, at } = content;
      openBatch(ctx).markers.push({ name, fields, at, receivedAt });
      return;
    }
    case "refused":
  }
}

function addReport(ctx: DeviceContext, { declarations, reading }: Report): void {
  const { address } = ctx.state;
  if (declarations.length > 0) openBatch(ctx).declarations.push(...declarations);
  if (reading.names.length > 0) openBatch(ctx).samples.add(reading);
  if (declarations.length > 0) {
    const declared = declarations.map(({ declaration }) => viewOf(ctx.state, declaration.name));
    publish(ctx, { type: "declared", device: address.device, variables: declared });
    rejectUnfit(ctx, new Set(declarations.map(({ declaration }) => declaration.name)));
  }
  if (reading.names.length > 0 && !reading.backlog && isWatched(ctx))
    publish(ctx, { type: "values", device: address.device, values: byName(reading) });
}

function byName({ names, values, at }: Reading): Readonly<Record<string, readonly [number, JsonValue]>> {
  return Object.fromEntries(names.map((name, place) => [name, [at, values[place] as JsonValue] as const]));
}
