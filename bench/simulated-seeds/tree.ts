/** A plan's tree as children to be started; each notes its birth, and a supervisor whom it has. */

import {
  defineDynamicSupervisor,
  defineSupervisor,
  defineTaskSupervisor,
  processName,
  type ChildSpec,
  type ProcessSpec,
  type Ref,
} from "@wheelhouse/actors";
import type { DynamicPlan, Node, SupervisorPlan, TaskSupervisorPlan, WorkerPlan } from "./plan.ts";
import { OUTSIDE, type ProcessId } from "./trace.ts";
import { defineWorker } from "./worker.ts";
import { taskSupervisorName, type WorkerProtocol, type World } from "./world.ts";

export function toChild(world: World, node: Node, parent: string | undefined): ChildSpec {
  switch (node.kind) {
    case "worker":
      return toWorker(world, node, parent);
    case "supervisor":
      return toSupervisor(world, node, parent);
    case "dynamic":
      return toDynamic(world, node, parent);
    case "tasks":
      return toTaskSupervisor(world, node, parent);
  }
}

function toWorker(world: World, plan: WorkerPlan, parent: string | undefined): ChildSpec {
  const { slot, restart, shutdown, named, starts, traps } = plan;
  let births = 0;
  const worker = defineWorker(world, plan, () => starts[births - 1] ?? "ok");
  const options = named ? { name: processName<WorkerProtocol>(slot) } : {};
  const child = worker.child(undefined, { id: slot, restart, shutdown, ...options });
  return noted(world, child, { slot, parent, traps }, (_, count) => (births = count));
}

function toSupervisor(world: World, plan: SupervisorPlan, parent: string | undefined): ChildSpec {
  const { slot, restart, strategy, intensity, backOff, children } = plan;
  const supervisor = defineSupervisor(slot, () => ({
    strategy,
    intensity,
    ...(backOff === undefined ? {} : { backOff }),
    children: children.map((child) => toChild(world, child, slot)),
  }));
  const child = supervisor.child(undefined, { id: slot, restart });
  return noted(world, child, { slot, parent, traps: true }, (id) => {
    const together = strategy !== "one_for_one";
    world.note({ type: "supervises", supervisor: id, together, ...intensity });
    for (const { slot: below, restart: again } of children)
      world.note({ type: "child", supervisor: id, slot: below, restart: again });
  });
}

function toDynamic(world: World, plan: DynamicPlan, parent: string | undefined): ChildSpec {
  const { slot, restart, intensity, maxChildren, pattern } = plan;
  const supervisor = defineDynamicSupervisor(slot, () => ({
    intensity,
    maxChildren,
    child: (number: number) => toWorker(world, { ...pattern, slot: `${slot}/${number}` }, slot),
  }));
  const child = supervisor.child(undefined, { id: slot, restart });
  return noted(world, child, { slot, parent, traps: true }, (id) =>
    world.note({ type: "supervises", supervisor: id, together: false, ...intensity }),
  );
}

function toTaskSupervisor(
  world: World,
  { slot, restart }: TaskSupervisorPlan,
  parent: string | undefined,
): ChildSpec {
  const name = taskSupervisorName(slot);
  const child = defineTaskSupervisor(slot).child(undefined, { id: slot, restart, name });
  return noted(world, child, { slot, parent, traps: true }, () => {});
}

interface Birth {
  readonly slot: string;
  readonly parent: string | undefined;
  readonly traps: boolean;
}

/** The same child, noted down as its `init` begins; `more` is told its number, and how many held the slot with it. */
function noted(
  world: World,
  child: ChildSpec,
  { slot, parent, traps }: Birth,
  more: (process: ProcessId, count: number) => void,
): ChildSpec {
  const { process } = child;
  const init = process.definition.init as (ctx: { readonly self: Ref }, args: unknown) => unknown;
  const name = process.name?.name;
  const notedInit = (ctx: { readonly self: Ref }, args: unknown) => {
    const { id } = ctx.self;
    const above = parent === undefined ? undefined : world.holder({ slot: parent, former: false });
    const before = world.enter(slot, ctx.self, name);
    world.note({ type: "born", process: id, slot, parent: above?.id ?? OUTSIDE, traps, name });
    more(id, before + 1);
    return init(ctx, args);
  };
  const definition = { ...process.definition, init: notedInit as ProcessSpec["definition"]["init"] };
  return { ...child, process: { ...process, definition } };
}
