/**
 * Random supervisor scripts: pure, the same seed gives the same script.
 *
 * Left out, since neither system promises anything of it or real time would decide it:
 * - Restarts that age out: OTP's window counts real seconds. The tests of this package move virtual time instead.
 * - Shutdown times that race with a child's end: a child either hangs and gets {@link HANG_MS}, or ends well within its time.
 * - Supervisors with a shutdown time: OTP warns that their children may be left behind.
 * - The kill of a supervisor with a hanging child below it: orphans that never end, in both systems.
 * - Requests to a supervisor that is itself being started: it would answer side by side with its own supervisor's next start.
 * - The order in which the orphans of a killed supervisor end: see `compare.ts`.
 * - The kill of the root, of which nothing is left to compare.
 */

import { Dice } from "../dice.ts";
import {
  REASONS,
  type Node,
  type Request,
  type Script,
  type Start,
  type Step,
  type SupervisorNode,
} from "./script.ts";
import type { Restart } from "@wheelhouse/actors";

/** What a child that hangs gets before it is killed, in milliseconds: real ones there, virtual ones here. */
const HANG_MS = 3;
/** More than any child that doesn't hang takes. */
const AMPLE_MS = 5_000;
const MOST_NODES = 14;

export function generate(seed: number): Script {
  const dice = new Dice(seed);
  const world = new World(dice);
  const root = world.supervisor(undefined, 1);
  const count = 4 + dice.below(12);
  const steps = Array.from({ length: count }, () => world.step());
  return { seed, root, steps };
}

class World {
  readonly #dice: Dice;
  readonly #nodes: Node[] = [];
  readonly #parents = new Map<string, SupervisorNode | { readonly id: string }>();
  readonly #killable = new Map<string, boolean>();
  #left = MOST_NODES;
  #ids = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  supervisor(parent: Parent | undefined, depth: number): SupervisorNode {
    const dice = this.#dice;
    const id = this.#newId("s");
    this.#killable.set(
      id,
      parent !== undefined && (this.#killable.get(parent.id) === true || dice.chance(0.3)),
    );
    const self: Parent = {
      id,
      autoShutdown: dice.chance(parent === undefined ? 0.15 : 0.35)
        ? dice.pick(["any_significant", "all_significant"])
        : "never",
    };
    const children = Array.from({ length: 1 + dice.below(4) }, () => this.#child(self, depth));
    const node: SupervisorNode = {
      kind: "supervisor",
      ...this.#fields(id, parent),
      shutdown: "infinity",
      strategy: dice.pick(["one_for_one", "one_for_all", "rest_for_one"]),
      // The root lasts longer, since after its end there is nothing to see.
      intensity: dice.pick(parent === undefined ? [1, 3, 5, 8] : [0, 1, 1, 2, 3, 5]),
      autoShutdown: self.autoShutdown,
      children,
    };
    this.#note(node, parent);
    return node;
  }

  #child(parent: Parent, depth: number): Node {
    const deeper = depth < 3 && this.#left > 3 && this.#dice.chance(0.3);
    return deeper ? this.supervisor(parent, depth + 1) : this.#worker(parent);
  }

  #worker(parent: Parent): Node {
    const dice = this.#dice;
    const id = this.#newId("w");
    const hangs = this.#killable.get(parent.id) !== true && dice.chance(0.15);
    const mistaken = dice.chance(0.004);
    const node: Node = {
      kind: "worker",
      ...this.#fields(id, parent),
      shutdown: mistaken
        ? -1
        : dice.pick(
            hangs ? [HANG_MS, HANG_MS, "brutal_kill"] : [AMPLE_MS, AMPLE_MS, "infinity", "brutal_kill"],
          ),
      traps: dice.chance(0.6),
      end: hangs ? "hang" : dice.pick(["clean", "clean", "clean", "slow", "crash"]),
      starts: this.#starts(),
    };
    this.#note(node, parent);
    return node;
  }

  #fields(id: string, parent: Parent | undefined) {
    const dice = this.#dice;
    const ends = parent !== undefined && parent.autoShutdown !== "never";
    const restart = dice.pick<Restart>([
      "permanent",
      ends ? "transient" : "permanent",
      "transient",
      "temporary",
    ]);
    const maySignify = ends && restart !== "permanent";
    return { id, restart, significant: dice.chance(maySignify ? 0.8 : 0.004) } as const;
  }

  #newId(kind: string): string {
    this.#ids += 1;
    this.#left -= 1;
    return `${kind}${this.#ids}`;
  }

  #note(node: Node, parent: Parent | undefined): void {
    this.#nodes.push(node);
    if (parent !== undefined) this.#parents.set(node.id, parent);
  }

  /** The first start mostly succeeds, or there would be little to see. */
  #starts(): readonly Start[] {
    const dice = this.#dice;
    if (dice.chance(0.35)) return [];
    const first: Start = dice.chance(0.03)
      ? { outcome: "fail" }
      : { outcome: dice.chance(0.05) ? "ignore" : "ok" };
    const later = Array.from({ length: 1 + dice.below(4) }, (): Start => {
      const outcome = dice.pick(["ok", "fail", "fail", "fail", "ignore"]);
      return dice.chance(0.6) ? { outcome, ask: this.#ask() } : { outcome };
    });
    return [first, ...later];
  }

  /** Ids of whatever may be there: itself, and those made just before and after it. */
  #ask(): Request {
    const dice = this.#dice;
    const id = `w${Math.max(1, this.#ids + 2 - dice.below(5))}`;
    return dice.pick<Request>([
      { ask: "which_children" },
      { ask: "count_children" },
      { ask: "terminate_child", id },
      { ask: "restart_child", id },
      { ask: "delete_child", id },
    ]);
  }

  step(): Step {
    const dice = this.#dice;
    const node = dice.pick(this.#nodes);
    if (dice.chance(0.45)) return this.#request();
    const { id } = node;
    if (dice.chance(0.35)) return this.#kill(node);
    if (node.kind === "supervisor")
      return this.#parents.has(id) ? { step: "signal", id, reason: dice.pick(REASONS) } : this.#request();
    return dice.pick<Step>([
      { step: "stop", id, reason: dice.pick(REASONS) },
      { step: "stop", id, reason: "boom" },
      { step: "throw", id },
      { step: "signal", id, reason: dice.pick(REASONS) },
    ]);
  }

  #kill(node: Node): Step {
    const parent = this.#parents.get(node.id);
    const mayDie = (it: Node) => it.kind === "worker" || this.#killable.get(it.id) === true;
    if (parent === undefined || !mayDie(node)) return this.#request();
    const siblings = this.#nodes.filter(
      (it) => it !== node && this.#parents.get(it.id) === parent && mayDie(it),
    );
    const too = siblings.slice(0, this.#dice.pick([0, 0, 1, 2, Infinity]));
    return { step: "kill", supervisor: parent.id, ids: [node.id, ...too.map(({ id }) => id)] };
  }

  #request(): Step {
    const dice = this.#dice;
    const supervisors = this.#nodes.filter((it): it is SupervisorNode => it.kind === "supervisor");
    const supervisor = dice.pick(supervisors);
    const children = this.#nodes.filter((it) => this.#parents.get(it.id)?.id === supervisor.id);
    const child = dice.chance(0.05) || children.length === 0 ? dice.pick(this.#nodes) : dice.pick(children);
    const { id } = child;
    const request = dice.pick<() => Request>([
      () => ({ ask: "which_children" }),
      () => ({ ask: "count_children" }),
      () => ({ ask: "start_child", child: this.#startable(supervisor, children) }),
      () => ({ ask: "start_child", child: this.#startable(supervisor, children) }),
      () => ({ ask: "terminate_child", id }),
      () => ({ ask: "terminate_child", id }),
      () => ({ ask: "restart_child", id }),
      () => ({ ask: "restart_child", id }),
      () => ({ ask: "delete_child", id }),
    ])();
    return { step: "request", supervisor: supervisor.id, request };
  }

  /** A new one, or one of an id that was there already. */
  #startable(supervisor: SupervisorNode, children: readonly Node[]): Node {
    if (children.length > 0 && this.#dice.chance(0.4)) return this.#dice.pick(children);
    return this.#dice.chance(0.15) ? this.supervisor(supervisor, 3) : this.#worker(supervisor);
  }
}

interface Parent {
  readonly id: string;
  readonly autoShutdown: SupervisorNode["autoShutdown"];
}
