/** What a device's process shows to others. */

import type { Variable } from "@wheelhouse/api";
import { ProjectTopic, type DeviceView, type ProjectEvent } from "../protocol.ts";
import { toDevice, toVariable } from "../views.ts";
import type { DeviceContext, DeviceState } from "./state.ts";

export function toView(state: DeviceState): DeviceView | undefined {
  const { record, variables, writes, attached } = state;
  if (record === undefined) return undefined;
  return {
    device: toDevice(record, attached !== undefined),
    variables: variables.names.map((name) => viewOf(state, name)),
    openWrites: writes.open,
  };
}

export function viewOf({ variables, writes }: DeviceState, name: string): Variable {
  const entry = variables.get(name);
  if (entry === undefined) throw new Error(`expected the variable ${name} to be known`);
  return toVariable(entry.declaration, entry.reported, writes.newestOf(name));
}

export function publishDevice(ctx: DeviceContext): void {
  const { record, attached } = ctx.state;
  if (record !== undefined)
    publish(ctx, { type: "device", device: toDevice(record, attached !== undefined) });
}

/** Whether anybody hears what is published: what is said with each line isn't put together for nobody. */
export function isWatched(ctx: DeviceContext): boolean {
  return ctx.subscribers(ProjectTopic.of(ctx.state.address.project)).length > 0;
}

export function publish(ctx: DeviceContext, event: ProjectEvent): void {
  ctx.broadcast(ProjectTopic.of(ctx.state.address.project), event);
}
