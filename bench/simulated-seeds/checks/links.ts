/**
 * Links carry ends: an unclean one takes those along who don't trap exits, at the same moment and with the same reason;
 * those who do are told, once. A signal by hand is the same to one that traps.
 */

import type { Entry, ProcessId, Trace } from "../trace.ts";
import { Lists, Lives } from "./life.ts";

export function checkLinks(trace: Trace): readonly string[] {
  const links = new Links();
  return trace.flatMap((entry) => links.note(entry));
}

/** One who doesn't trap exits, and has to end. */
interface Doomed {
  readonly process: ProcessId;
  readonly reason: string;
  readonly by: ProcessId;
}

class Links {
  readonly #lives = new Lives();
  readonly #links = new Map<ProcessId, Set<ProcessId>>();
  /** What is still to reach those that trap exits, by `by from`. */
  readonly #due = new Lists<string, string>();
  readonly #tasks = new Map<number, Entry & { type: "task" }>();
  readonly #taskProcesses = new Set<ProcessId>();
  #doomed: readonly Doomed[] = [];

  note(entry: Entry): readonly string[] {
    const late = entry.type === "ended" ? this.#meet(entry) : this.#findLate();
    const defects = this.#follow(entry);
    this.#lives.note(entry);
    return [...late, ...defects];
  }

  #follow(entry: Entry): readonly string[] {
    switch (entry.type) {
      case "started":
        this.#tie(entry.process, entry.parent);
        return [];
      case "linked":
        this.#link(entry);
        return [];
      case "unlinked":
        this.#untie(entry.by, entry.of);
        return [];
      case "task":
        this.#tasks.set(entry.task, entry);
        return [];
      case "task_ran":
        this.#taskRan(entry);
        return [];
      case "signalled":
        // Of the dead nothing goes out.
        if (this.#lives.has(entry.from)) this.#signal(entry.to, entry.from, entry.reason);
        return [];
      case "trapped":
        return this.#trap(entry);
      case "ended":
        this.#end(entry);
        return [];
      case "seen":
        return entry.quiet ? this.#findUntold() : [];
      default:
        return [];
    }
  }

  #tie(one: ProcessId, other: ProcessId): void {
    if (one === other) return;
    this.#linksOf(one).add(other);
    this.#linksOf(other).add(one);
  }

  #untie(one: ProcessId, other: ProcessId): void {
    this.#links.get(one)?.delete(other);
    this.#links.get(other)?.delete(one);
  }

  #linksOf(process: ProcessId): Set<ProcessId> {
    const links = this.#links.get(process) ?? new Set();
    this.#links.set(process, links);
    return links;
  }

  #link({ by, of }: Entry & { type: "linked" }): void {
    if (!this.#lives.has(by)) return;
    if (this.#lives.endedAt.has(of)) this.#signal(by, of, "noproc");
    else this.#tie(by, of);
  }

  /** Only now is it known which process the task is; one without a supervisor was linked to its owner by its start. */
  #taskRan({ task, process }: Entry & { type: "task_ran" }): void {
    const { owner, linked } = this.#tasks.get(task) ?? { owner: 0, linked: false };
    this.#taskProcesses.add(process);
    if (linked) this.#tie(process, owner);
    else this.#untie(process, owner);
  }

  #end({ process, reason }: Entry & { type: "ended" }): void {
    const links = [...(this.#links.get(process) ?? [])];
    this.#links.delete(process);
    for (const other of links) {
      this.#links.get(other)?.delete(process);
      // A task that is killed was given up, most likely: by hand, at its time, or with its owner. That harms nobody.
      if (reason !== "killed" || !this.#taskProcesses.has(process)) this.#signal(other, process, reason);
    }
  }

  #signal(to: ProcessId, from: ProcessId, reason: string): void {
    const life = this.#lives.living.get(to);
    // Its parent's exit isn't a message: it ends by it, in its turn if it traps exits.
    if (life === undefined || (life.traps && life.parent === from)) return;
    if (life.traps) this.#due.of(`${to} ${from}`).push(reason);
    else if (reason !== "normal") this.#doomed = [...this.#doomed, { process: to, reason, by: from }];
  }

  #meet({ process, reason }: Entry & { type: "ended" }): readonly string[] {
    const own = this.#doomed.filter((doomed) => doomed.process === process);
    this.#doomed = this.#doomed.filter((doomed) => doomed.process !== process);
    const [first] = own;
    if (first === undefined || own.some((doomed) => doomed.reason === reason)) return [];
    return [
      `#${process} ended with ${reason}, and #${first.by} should have taken it along with ${first.reason}`,
    ];
  }

  /** Nothing else happens before they have ended. */
  #findLate(): readonly string[] {
    const late = this.#doomed.map(
      ({ process, reason, by }) => `#${process} outlived #${by}, whose end with ${reason} it is linked to`,
    );
    this.#doomed = [];
    return late;
  }

  #trap({ by, from, reason }: Entry & { type: "trapped" }): readonly string[] {
    const due = this.#due.of(`${by} ${from}`);
    const place = due.indexOf(reason);
    if (place === -1) return [`#${by} was told of an exit of #${from} with ${reason}, and there was none`];
    due.splice(place, 1);
    return [];
  }

  #findUntold(): readonly string[] {
    return [...this.#due.entries()].flatMap(([pair, reasons]) => {
      const [by = "", from = ""] = pair.split(" ");
      // Supervisors trap exits too, and nobody sees what they are told.
      if (reasons.length === 0 || !this.#notes(Number(by))) return [];
      return [`#${by} wasn't told of the exit of #${from} with ${reasons.join(", ")}`];
    });
  }

  /** Whether it is a worker that lives. */
  #notes(process: ProcessId): boolean {
    const slot = this.#lives.living.get(process)?.slot;
    return slot !== undefined && (slot.startsWith("w") || slot.includes("/"));
  }
}
