/** No process is lost: each is alive and can be found, or exactly one end of it was told; supervisors keep their children. */

import type { Restart } from "@wheelhouse/actors";
import type { Entry, ProcessId, Sight, Trace } from "../trace.ts";
import { Lives } from "./life.ts";

interface Child {
  readonly restart: Restart;
  /** Whether it may be missing: it was stopped on request, or chose to be ignored. */
  excused: boolean;
}

export function checkProcesses(trace: Trace): readonly string[] {
  const lives = new Lives();
  const children = new Children();
  const defects: string[] = [];
  for (const entry of trace) {
    if (entry.type === "ended" && lives.endedAt.has(entry.process))
      defects.push(`the end of #${entry.process} was told twice`);
    if ((entry.type === "born" || entry.type === "started") && lives.endedAt.has(entry.process))
      defects.push(`#${entry.process} was ${entry.type} after its end`);
    lives.note(entry);
    children.note(entry, lives);
    if (entry.type !== "seen") continue;
    defects.push(...compareAlive(entry, lives), ...children.check(entry, lives));
    if (entry.over && entry.alive.length > 0)
      defects.push(`after the root's stop there live ${formatIds(entry.alive)}`);
    if (entry.over && !entry.quiet) defects.push("the program never comes to rest");
  }
  return defects;
}

function compareAlive({ alive, described }: Sight, { living }: Lives): readonly string[] {
  const expected = [...living.keys()];
  const missing = (found: readonly ProcessId[]) => expected.filter((process) => !found.includes(process));
  const surplus = (found: readonly ProcessId[]) => found.filter((process) => !living.has(process));
  return [
    ...missing(alive).map((process) => `#${process} hasn't ended, and isn't among the runtime's processes`),
    ...surplus(alive).map((process) => `#${process} is among the runtime's processes after its end`),
    ...missing(described).map((process) => `#${process} hasn't ended, and isn't described`),
    ...surplus(described).map((process) => `#${process} is described after its end`),
    ...(new Set(alive).size < alive.length ? ["a process is listed twice"] : []),
    ...(new Set(described).size < described.length ? ["a process is described twice"] : []),
  ];
}

/** Of each supervisor whom it has, by their slots. */
class Children {
  readonly #of = new Map<ProcessId, Map<string, Child>>();
  /** Supervisors of which one child's end can take others along. */
  readonly #together = new Set<ProcessId>();
  /** Whose last start was ignored; a dynamic child may be known as one only after that. */
  readonly #ignored = new Set<string>();

  note(entry: Entry, lives: Lives): void {
    switch (entry.type) {
      case "supervises":
        if (entry.together) this.#together.add(entry.supervisor);
        return;
      case "child": {
        const children = this.#of.get(entry.supervisor) ?? new Map<string, Child>();
        const { restart, slot } = entry;
        this.#of.set(entry.supervisor, children.set(slot, { restart, excused: this.#ignored.has(slot) }));
        return;
      }
      case "child_stopped":
        this.#stop(entry.supervisor, entry.slot, lives);
        return;
      case "child_forgotten":
        this.#of.get(entry.supervisor)?.delete(entry.slot);
        return;
      case "ignored":
        this.#ignored.add(entry.slot);
        this.#excuse(entry.slot, true);
        return;
      case "born":
        this.#ignored.delete(entry.slot);
        this.#excuse(entry.slot, false);
        return;
      case "ended":
        this.#of.delete(entry.process);
    }
  }

  #excuse(slot: string, excused: boolean): void {
    for (const children of this.#of.values()) {
      const child = children.get(slot);
      if (child !== undefined) child.excused = excused;
    }
  }

  /** One that waited for its restart takes those along that wait with it: nobody starts them any more, as in OTP. */
  #stop(supervisor: ProcessId, stopped: string, { living }: Lives): void {
    const running = new Set(
      [...living.values()].filter((it) => it.parent === supervisor).map((it) => it.slot),
    );
    for (const [slot, child] of this.#of.get(supervisor) ?? [])
      if (slot === stopped || (this.#together.has(supervisor) && !running.has(slot))) child.excused = true;
  }

  check({ quiet }: Sight, { living }: Lives): readonly string[] {
    const counts = new Map<string, number>();
    for (const { slot, parent } of living.values())
      if (slot !== undefined) counts.set(`${parent} ${slot}`, (counts.get(`${parent} ${slot}`) ?? 0) + 1);
    const doubles = [...counts].filter(([, count]) => count > 1);
    const defects = doubles.map(([place]) => `two children of one supervisor hold one slot: #${place}`);
    if (!quiet) return defects;
    for (const [supervisor, children] of this.#of)
      for (const [slot, { restart, excused }] of children)
        if (restart === "permanent" && !excused && !counts.has(`${supervisor} ${slot}`))
          defects.push(`the permanent child ${slot} of #${supervisor}, which lives, doesn't live`);
    return defects;
  }
}

function formatIds(processes: readonly ProcessId[]): string {
  return processes.map((process) => `#${process}`).join(", ");
}
