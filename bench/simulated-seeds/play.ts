/** Plays a plan from its start to after its end, in virtual time, and answers the trace of it. */

import {
  NoProcessError,
  ProcessExitedError,
  type DynamicSupervisorProtocol,
  type Protocol,
  type Ref,
  type SupervisorProtocol,
} from "@wheelhouse/actors";
import { ask, noteSent, signal } from "./acts.ts";
import type { Act, Plan, Route, Step } from "./plan.ts";
import { OUTSIDE, type Trace } from "./trace.ts";
import { toChild } from "./tree.ts";
import { World } from "./world.ts";

/** Longer than anything takes by itself. */
const AMPLE_MS = 10_000;
/** So often a world gets that time until nobody has anything to do any more; each waits for others, who wait in turn. */
const MOST_RESTS = 20;

type AnyDynamic = DynamicSupervisorProtocol<number, Protocol>;

export async function play(plan: Plan): Promise<Trace> {
  const world = new World(plan.seed);
  const { runtime } = world;
  try {
    let root = await startRoot(world, plan);
    for (const { steps, thenMs, rests } of plan.rounds) {
      if (root === undefined || !runtime.processes().includes(root)) {
        world.look({ quiet: await rest(world), over: true });
        root = await startRoot(world, plan);
      }
      for (const step of steps) take(world, step);
      await runtime.advance(thenMs);
      world.look({ quiet: rests && (await rest(world)), over: false });
    }
    world.look({ quiet: await rest(world), over: false });
    if (root !== undefined) runtime.exit(root, "shutdown");
    world.look({ quiet: await rest(world), over: true });
    for (const defect of world.defects) throw defect;
    return world.trace;
  } finally {
    for (const ref of runtime.processes()) runtime.exit(ref, "kill");
  }
}

async function startRoot(world: World, { root }: Plan): Promise<Ref | undefined> {
  let [settled, started]: [boolean, Ref | undefined] = [false, undefined];
  const starting = world.runtime.spawn(toChild(world, root, undefined).process, undefined);
  starting.then(
    (ref) => ([settled, started] = [true, ref]),
    () => (settled = true),
  );
  await rest(world);
  if (!settled) throw new Error("the root's start never ends");
  return started;
}

/** Lets time pass until nothing happens in all of it. */
async function rest(world: World): Promise<boolean> {
  for (let left = MOST_RESTS; left > 0; left -= 1) {
    const before = world.trace.length;
    await world.runtime.advance(AMPLE_MS);
    if (world.trace.length === before && world.isQuiet()) return true;
  }
  return false;
}

function take(world: World, step: Step): void {
  const { runtime } = world;
  switch (step.step) {
    case "tell":
      tell(world, step.route, step.acts);
      return;
    case "ask":
      void ask(world, OUTSIDE, runtime, step.question);
      return;
    case "signal": {
      const ref = world.holder(step.target);
      if (ref !== undefined) signal(world, OUTSIDE, runtime, ref, step.reason);
      return;
    }
    case "kill":
      for (const target of step.targets) {
        const ref = world.holder(target);
        if (ref !== undefined) runtime.exit(ref, "kill");
      }
      return;
    default:
      request(world, step);
  }
}

function tell(world: World, route: Route, acts: readonly Act[]): void {
  const found = world.resolve(route);
  if (found === undefined) return;
  const number = noteSent(world, OUTSIDE, found.to, "cast");
  world.runtime.cast(found.address, "tell", { number, acts });
}

type Request = Exclude<Step, { readonly step: "tell" | "ask" | "signal" | "kill" }>;

/** Asks a supervisor, and notes what it did when it says so. */
function request(world: World, step: Request): void {
  const ref: Ref | undefined = world.holder({ slot: step.supervisor, former: false });
  if (ref === undefined) return;
  const note = (type: "child_stopped" | "child_forgotten" | "child_requested", slot: string) =>
    world.note({ type, supervisor: ref.id, slot });
  const asking = () => {
    switch (step.step) {
      case "start_child":
        return startChild(world, ref as Ref<SupervisorProtocol>, step);
      case "start_dynamic":
        return startDynamic(world, ref as Ref<AnyDynamic>, step);
      case "stop_dynamic":
        return stopDynamic(world, ref as Ref<AnyDynamic>, step.slot, note);
      default:
        return changeChild(world, ref as Ref<SupervisorProtocol>, step, note);
    }
  };
  // A supervisor that ends before it answers takes with it whatever it did.
  asking().catch((error: unknown) => {
    if (!(error instanceof ProcessExitedError || error instanceof NoProcessError)) world.defects.push(error);
  });
}

type NoteChild = (type: "child_stopped" | "child_forgotten" | "child_requested", slot: string) => void;
type StepOf<T extends Step["step"]> = Step & { readonly step: T };

async function startChild(
  world: World,
  ref: Ref<SupervisorProtocol>,
  { supervisor, child }: StepOf<"start_child">,
): Promise<void> {
  const spec = toChild(world, child, supervisor);
  const { outcome } = await world.runtime.callWithin(Infinity, ref, "startChild", spec);
  const { slot, restart } = child;
  if (outcome === "started") world.note({ type: "child", supervisor: ref.id, slot, restart });
}

async function startDynamic(
  world: World,
  ref: Ref<AnyDynamic>,
  { supervisor, number, restart }: StepOf<"start_dynamic">,
): Promise<void> {
  const { outcome } = await world.runtime.callWithin(Infinity, ref, "startChild", number);
  const slot = `${supervisor}/${number}`;
  if (outcome === "started") world.note({ type: "child", supervisor: ref.id, slot, restart });
}

async function stopDynamic(world: World, ref: Ref<AnyDynamic>, slot: string, note: NoteChild): Promise<void> {
  const child = world.holder({ slot, former: false });
  if (child === undefined) return;
  if ((await world.runtime.callWithin(Infinity, ref, "stopChild", child)) === "stopped")
    note("child_forgotten", slot);
}

async function changeChild(
  world: World,
  ref: Ref<SupervisorProtocol>,
  { step, slot }: StepOf<"stop_child" | "restart_child" | "delete_child">,
  note: NoteChild,
): Promise<void> {
  const { runtime } = world;
  if (step === "stop_child") {
    if ((await runtime.callWithin(Infinity, ref, "stopChild", slot)) === "stopped")
      note("child_stopped", slot);
  } else if (step === "delete_child") {
    if ((await runtime.callWithin(Infinity, ref, "deleteChild", slot)) === "deleted")
      note("child_forgotten", slot);
  } else {
    note("child_requested", slot);
    const { outcome } = await runtime.callWithin(Infinity, ref, "restartChild", slot);
    // Its spec is kept, and it stays as it was.
    if (outcome === "failed") note("child_stopped", slot);
  }
}
