/** What the workers of a random program are told to do: pure, chosen by dice. */

import type { Dice } from "../dice.ts";
import { KEYS, TOPICS, type Act, type Answer, type Question, type Route, type Target } from "./plan.ts";

/** Messages that carry acts that send messages that carry acts, and no further. */
const MOST_NESTED = 2;

/** Whom an act may concern, as far as the tree has grown. */
export interface Places {
  readonly workers: readonly { readonly slot: string; readonly named: boolean }[];
  readonly taskSupervisors: readonly string[];
  /** Anybody who handles messages, and sometimes one who is started later or not at all. */
  someWorker(): string;
  /** Sometimes a supervisor. */
  someone(): string;
}

export class ActMaker {
  readonly #dice: Dice;
  readonly #places: Places;

  constructor(dice: Dice, places: Places) {
    this.#dice = dice;
    this.#places = places;
  }

  several(nested: number): readonly Act[] {
    return nested > MOST_NESTED ? [] : this.#dice.several(1, 4, () => this.#any(nested));
  }

  #any(nested: number): Act {
    const dice = this.#dice;
    if (dice.chance(0.45)) return this.#message(nested);
    if (dice.chance(0.04)) return this.#fatal();
    if (dice.chance(0.15)) return { act: "sleep", ms: dice.pick([0, 1, 5, 40]) };
    if (dice.chance(0.15)) return this.#task();
    if (dice.chance(0.08)) return { act: "continue", acts: this.several(nested + 1) };
    if (dice.chance(0.06)) return { act: "idle", ms: dice.pick([0, 3, 30]) };
    if (dice.chance(0.25)) return this.#tie();
    return this.harmless();
  }

  #message(nested: number): Act {
    const dice = this.#dice;
    if (dice.chance(0.3)) return { act: "ask", question: this.question(nested), waits: dice.chance(0.6) };
    const act = dice.pick(["cast", "cast", "inform"]);
    return { act, route: this.route(), acts: dice.chance(0.3) ? this.several(nested + 1) : [] };
  }

  question(nested: number): Question {
    return {
      route: this.route(),
      timeoutMs: this.#dice.pick([0, 5, 50, 500, 5_000]),
      answer: this.#answer(),
      acts: this.#dice.chance(0.3) ? this.several(nested + 1) : [],
    };
  }

  #answer(): Answer {
    const answer = this.#dice.pick([
      ...(["now", "now", "now", "later", "later", "deferred", "deferred"] as const),
      ...(["twice", "never", "stop", "throw"] as const),
    ]);
    return { answer, afterMs: this.#dice.pick([0, 1, 5, 50, 600]) };
  }

  route(): Route {
    const dice = this.#dice;
    if (dice.chance(0.1)) return { by: "key", key: dice.pick(KEYS) };
    const named = this.#places.workers.filter((worker) => worker.named);
    if (named.length > 0 && dice.chance(0.2)) return { by: "name", slot: dice.pick(named).slot };
    return { by: "ref", target: this.#target(this.#places.someWorker()) };
  }

  target(): Target {
    return this.#target(this.#places.someWorker());
  }

  #target(slot: string): Target {
    return { slot, former: this.#dice.chance(0.06) };
  }

  #fatal(): Act {
    const dice = this.#dice;
    if (dice.chance(0.3)) return { act: "throw" };
    if (dice.chance(0.4)) return { act: "kill", target: this.target() };
    const reason = dice.pick(["normal", "shutdown", "boom"]);
    return dice.chance(0.5) ? { act: "stop", reason } : { act: "signal", target: this.target(), reason };
  }

  #tie(): Act {
    const dice = this.#dice;
    if (dice.chance(0.3)) return { act: dice.pick(["link", "unlink"]), target: this.target() };
    return {
      act: dice.pick(["monitor", "monitor", "demonitor"]),
      target: this.#target(this.#places.someone()),
    };
  }

  /** What may stand in an `init` too. */
  harmless(): Act {
    const dice = this.#dice;
    const [key, topic] = [dice.pick(KEYS), dice.pick(TOPICS)];
    return dice.pick<() => Act>([
      () => ({ act: "timer", ms: dice.pick([0, 1, 10, 10, 50, 300]) }),
      () => ({ act: "timer", ms: dice.pick([0, 1, 10, 10, 50, 300]) }),
      () => ({ act: "cancel", fromLast: dice.below(3) }),
      () => ({ act: "register", key }),
      () => ({ act: dice.pick(["register", "unregister"]), key }),
      () => ({ act: "subscribe", topic, maxQueued: dice.chance(0.2) ? 1 + dice.below(3) : undefined }),
      () => ({ act: "subscribe", topic, maxQueued: undefined }),
      () => ({ act: "unsubscribe", topic }),
      () => ({ act: "broadcast", topic, skipsSelf: dice.chance(0.3) }),
      () => ({ act: "broadcast", topic, skipsSelf: false }),
      () => ({ act: "monitor", target: this.#target(this.#places.someone()) }),
    ])();
  }

  #task(): Act {
    const dice = this.#dice;
    const { taskSupervisors } = this.#places;
    const supervised = taskSupervisors.length > 0 && dice.chance(0.5);
    return {
      act: "task",
      task: {
        linked: dice.chance(0.5),
        under: supervised ? dice.pick(taskSupervisors) : undefined,
        takesMs: dice.pick([0, 1, 10, 100]),
        fails: dice.chance(0.15),
        awaitMs: dice.chance(0.6) ? dice.pick([0, 10, 50, 5_000]) : undefined,
        abandoned: dice.chance(0.1),
      },
    };
  }
}
