/**
 * No restart beyond the intensity: within its time no more incidents than it says, and no child born again without an
 * incident of its own, or a request. And none short of it: a supervisor gives up only at the one too many.
 */

import { OUTSIDE, type Entry, type ProcessId, type Trace } from "../trace.ts";
import { Lists } from "./life.ts";

interface Limit {
  readonly restarts: number;
  readonly withinMs: number;
}

export function checkRestarts(trace: Trace): readonly string[] {
  const restarts = new Restarts();
  return [...trace.flatMap((entry) => restarts.note(entry)), ...restarts.findExcess()];
}

class Restarts {
  readonly #limits = new Map<ProcessId, Limit>();
  /** When each supervisor told of one. */
  readonly #incidents = new Lists<ProcessId, number>();
  /** By supervisor and slot: births that need no incident, the first among them, less those there were. */
  readonly #free = new Map<string, number>();

  note(entry: Entry): readonly string[] {
    switch (entry.type) {
      case "supervises":
        this.#limits.set(entry.supervisor, entry);
        return [];
      case "restarted":
        this.#incidents.of(entry.supervisor).push(entry.at);
        return [];
      case "child_requested":
        this.#addFree(`${entry.supervisor} ${entry.slot}`, 1);
        return [];
      case "born":
        return this.#bear(entry);
      case "gave_up":
        return this.#giveUp(entry);
      default:
        return [];
    }
  }

  #addFree(place: string, count: number): number {
    const free = (this.#free.get(place) ?? 1) + count;
    this.#free.set(place, free);
    return free;
  }

  #bear({ parent, slot }: Entry & { type: "born" }): readonly string[] {
    // The root is started by the player.
    if (parent === OUTSIDE) return [];
    const free = this.#addFree(`${parent} ${slot}`, -1);
    const incidents = this.#incidents.of(parent).length;
    if (free + incidents >= 0) return [];
    return [`#${parent} bore ${slot} again, for which there was no incident`];
  }

  #giveUp({ supervisor, at }: Entry & { type: "gave_up" }): readonly string[] {
    const limit = this.#limits.get(supervisor);
    if (limit === undefined) return [`#${supervisor} gave up, and isn't known to supervise`];
    const recent = this.#incidents.of(supervisor).filter((time) => at - time <= limit.withinMs).length;
    if (recent >= limit.restarts) return [];
    return [`#${supervisor} gave up after ${recent} of ${limit.restarts} restarts`];
  }

  /** One more than `restarts` must not fit in `withinMs`. */
  findExcess(): readonly string[] {
    return [...this.#incidents.entries()].flatMap(([supervisor, times]) => {
      const { restarts, withinMs } = this.#limits.get(supervisor) ?? { restarts: 0, withinMs: Infinity };
      const from = times.find((at, place) => (times[place + restarts] ?? Infinity) - at <= withinMs);
      if (from === undefined) return [];
      return [`#${supervisor} restarted more than ${restarts} times in ${withinMs} ms, from ${from} ms on`];
    });
  }
}
