/** Random programs: pure, the same seed makes the same plan. */

import type { BackOff, Intensity, Restart } from "@wheelhouse/actors";
import { ActMaker, type Places } from "./generate-acts.ts";
import { Dice } from "../dice.ts";
import {
  type DynamicPlan,
  type Node,
  type Plan,
  type Round,
  type Step,
  type SupervisorPlan,
  type Target,
  type WorkerPlan,
} from "./plan.ts";

const MOST_NODES = 16;
const MOST_DEPTH = 3;
/** Children that a plan asks a dynamic supervisor for. */
const MOST_DYNAMIC = 8;

export function generate(seed: number): Plan {
  // Spread: the first throws of neighbouring seeds shall have nothing to do with one another.
  const dice = new Dice(Math.imul(seed, 0x9e37_79b1));
  const tree = new TreeMaker(dice);
  const root = tree.supervisor(0);
  const rounds = new RoundMaker(dice, tree);
  return { seed, root, rounds: dice.several(20, 60, () => rounds.round()) };
}

class TreeMaker implements Places {
  readonly workers: WorkerPlan[] = [];
  readonly supervisors: SupervisorPlan[] = [];
  readonly dynamics: DynamicPlan[] = [];
  readonly taskSupervisors: string[] = [];
  readonly acts: ActMaker;
  readonly #dice: Dice;
  #nodes = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.acts = new ActMaker(dice, this);
  }

  supervisor(depth: number): SupervisorPlan {
    const dice = this.#dice;
    const slot = this.#newSlot("s");
    const children = dice.several(depth === 0 ? 3 : 1, 4, () => this.#child(depth));
    const plan: SupervisorPlan = {
      kind: "supervisor",
      slot,
      restart: this.#restart(),
      strategy: dice.pick(["one_for_one", "one_for_one", "one_for_all", "rest_for_one"]),
      // After the root's end there is little to see.
      intensity: this.#intensity(depth === 0 ? [6, 30] : [0, 1, 2, 3, 5]),
      backOff: dice.chance(0.2) ? this.#backOff() : undefined,
      children,
    };
    this.supervisors.push(plan);
    return plan;
  }

  #child(depth: number): Node {
    const dice = this.#dice;
    const roomy = this.#nodes < MOST_NODES && depth < MOST_DEPTH;
    if (roomy && dice.chance(0.25)) return this.supervisor(depth + 1);
    if (roomy && dice.chance(0.12)) return this.#dynamic();
    if (roomy && dice.chance(0.12)) return this.#tasks();
    return this.worker();
  }

  worker(): WorkerPlan {
    const plan = this.#pattern(this.#newSlot("w"), this.#dice.chance(0.4));
    this.workers.push(plan);
    return plan;
  }

  #pattern(slot: string, named: boolean): WorkerPlan {
    const dice = this.#dice;
    const end = dice.pick(["clean", "clean", "clean", "slow", "long", "crash"]);
    return {
      kind: "worker",
      slot,
      restart: this.#restart(),
      shutdown: dice.pick([20, 5_000, 5_000, "brutal"]),
      named,
      traps: dice.chance(0.4),
      starts: this.#starts(),
      first: dice.several(0, 2, () => this.acts.harmless()),
      end,
    };
  }

  #dynamic(): DynamicPlan {
    const dice = this.#dice;
    const slot = this.#newSlot("d");
    const plan: DynamicPlan = {
      kind: "dynamic",
      slot,
      restart: this.#restart(),
      intensity: this.#intensity([1, 2, 3, 5]),
      maxChildren: dice.pick([2, 4, Infinity]),
      pattern: this.#pattern(slot, false),
    };
    this.dynamics.push(plan);
    return plan;
  }

  #tasks(): Node {
    const slot = this.#newSlot("t");
    this.taskSupervisors.push(slot);
    return { kind: "tasks", slot, restart: "permanent" };
  }

  #newSlot(kind: string): string {
    this.#nodes += 1;
    return `${kind}${this.#nodes}`;
  }

  #restart(): Restart {
    return this.#dice.pick(["permanent", "permanent", "permanent", "transient", "temporary"]);
  }

  #intensity(restarts: readonly number[]): Intensity {
    return { restarts: this.#dice.pick(restarts), withinMs: this.#dice.pick([10, 100, 1_000, 5_000]) };
  }

  #backOff(): BackOff {
    const jitter = this.#dice.pick([0, 0.5, 1]);
    return { minMs: this.#dice.pick([1, 10]), maxMs: this.#dice.pick([10, 200]), jitter };
  }

  /** The first start mostly succeeds, or there would be little to see. */
  #starts(): WorkerPlan["starts"] {
    const dice = this.#dice;
    const first = dice.chance(0.04) ? dice.pick(["fail", "ignore"]) : dice.pick(["ok", "ok", "ok", "slow"]);
    return [first, ...dice.several(0, 3, () => dice.pick(["ok", "ok", "slow", "fail", "ignore"]))];
  }

  /** Anybody who handles messages, and sometimes one who is started later or not at all. */
  someWorker(): string {
    const dice = this.#dice;
    if (this.dynamics.length > 0 && dice.chance(0.2))
      return `${dice.pick(this.dynamics).slot}/${1 + dice.below(MOST_DYNAMIC)}`;
    return this.workers.length === 0 ? "w1" : dice.pick(this.workers).slot;
  }

  someone(): string {
    const dice = this.#dice;
    if (this.supervisors.length > 0 && dice.chance(0.15)) return dice.pick(this.supervisors).slot;
    return this.someWorker();
  }
}

class RoundMaker {
  readonly #dice: Dice;
  readonly #tree: TreeMaker;
  #dynamic = 0;

  constructor(dice: Dice, tree: TreeMaker) {
    this.#dice = dice;
    this.#tree = tree;
  }

  round(): Round {
    const dice = this.#dice;
    return {
      steps: dice.several(2, 8, () => this.#step()),
      thenMs: dice.pick([0, 1, 5, 20, 100, 1_000]),
      rests: dice.chance(0.2),
    };
  }

  #step(): Step {
    const dice = this.#dice;
    const { acts, dynamics } = this.#tree;
    if (dice.chance(0.6)) return { step: "tell", route: acts.route(), acts: acts.several(0) };
    if (dice.chance(0.25)) return { step: "ask", question: acts.question(0) };
    if (dynamics.length > 0 && dice.chance(0.4)) return this.#dynamicStep(dice.pick(dynamics));
    if (dice.chance(0.4)) return this.#request();
    if (dice.chance(0.5)) return { step: "kill", targets: dice.several(1, 3, () => this.#victim()) };
    const reason = dice.pick(["normal", "shutdown", "boom"]);
    return { step: "signal", target: acts.target(), reason };
  }

  /** A worker, or a supervisor that isn't the root. */
  #victim(): Target {
    const { supervisors, acts } = this.#tree;
    const [inner] = this.#dice.chance(0.15) ? supervisors : [];
    return inner === undefined || inner === supervisors.at(-1)
      ? acts.target()
      : { slot: inner.slot, former: false };
  }

  #dynamicStep({ slot: supervisor, pattern: { restart } }: DynamicPlan): Step {
    if (this.#dynamic < MOST_DYNAMIC && this.#dice.chance(0.75)) {
      this.#dynamic += 1;
      return { step: "start_dynamic", supervisor, number: this.#dynamic, restart };
    }
    const slot = `${supervisor}/${1 + this.#dice.below(MOST_DYNAMIC)}`;
    return { step: "stop_dynamic", supervisor, slot };
  }

  #request(): Step {
    const dice = this.#dice;
    const { slot: supervisor, children } = dice.pick(this.#tree.supervisors);
    if (dice.chance(0.2)) return { step: "start_child", supervisor, child: this.#tree.worker() };
    const step = dice.pick(["stop_child", "restart_child", "restart_child", "delete_child"]);
    return { step, supervisor, slot: dice.pick(children).slot };
  }
}
