/** What a device says: into the batch that is stored next, and to whoever watches. */

import type { AppliedResult } from "@wheelhouse/protocol";
import type { NewLogEntry } from "@wheelhouse/storage";
import type { DeviceLine } from "../protocol.ts";
import type { Report } from "../variable-table.ts";
import type { Attached, DeviceContext } from "./state.ts";
import { publish, viewOf } from "./telling.ts";
import { updateWrites } from "./writing.ts";

export function hear(ctx: DeviceContext, attached: Attached, line: DeviceLine): void {
  const { state } = ctx;
  const { batch } = state;
  const { seq, receivedAt } = line;
  batch.line = line.line;
  batch.receivedAt = receivedAt;
  if (state.record !== undefined) state.record = { ...state.record, lastSeen: receivedAt };
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

/** Takes the device's answer to a set; false for a set it was never sent. */
export function takeAnswer(
  ctx: DeviceContext,
  set: number,
  results: Readonly<Record<string, AppliedResult>>,
): boolean {
  const { writes, variables } = ctx.state;
  if (!writes.canHaveSent(set)) return false;
  const at = ctx.wallClock();
  const { updates, reported } = writes.readAnswer(set, results, at);
  updateWrites(ctx, updates);
  const report = variables.reportValues(reported, { at, receivedAt: at, backlog: false });
  if (typeof report !== "string") addReport(ctx, report);
  return true;
}

function take(ctx: DeviceContext, attached: Attached, { content, receivedAt, seq }: DeviceLine): void {
  const { variables, batch, writes } = ctx.state;
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
      return updateWrites(ctx, writes.appliedBy(variables, receivedAt));
    }
    case "logs":
      batch.logs.push(...content.entries.map((entry): NewLogEntry => ({ ...entry, receivedAt })));
      return;
    case "marker": {
      const { name, fields, at } = content;
      batch.markers.push({ name, fields, at, receivedAt });
      return;
    }
    case "refused":
  }
}

function addReport(ctx: DeviceContext, { declarations, samples }: Report): void {
  const { batch, address } = ctx.state;
  batch.declarations.push(...declarations);
  batch.samples.push(...samples);
  if (declarations.length > 0) {
    const declared = declarations.map(({ declaration }) => viewOf(ctx.state, declaration.name));
    publish(ctx, { type: "declared", device: address.device, variables: declared });
  }
  const live = samples.filter(({ backlog }) => !backlog);
  if (live.length === 0) return;
  const values = Object.fromEntries(live.map(({ name, at, value }) => [name, [at, value] as const]));
  publish(ctx, { type: "values", device: address.device, values });
}
