/** Each monitor fires exactly once, with the reason of the end or, set on the dead, `noproc`; after a demonitor, never. */

import type { Entry, Trace } from "../trace.ts";
import { Lists, Lives } from "./life.ts";

/** Monitors of one process on another, by `by of`. */
interface Watch {
  /** How many are set, and haven't fired. */
  set: number;
  /** What is still to arrive. */
  readonly due: string[];
}

export function checkMonitors(trace: Trace): readonly string[] {
  const lives = new Lives();
  const watches = new Map<string, Watch>();
  const watchers = new Lists<number, number>();
  const defects: string[] = [];
  for (const entry of trace) {
    switch (entry.type) {
      case "monitored": {
        const watch = watchOf(watches, entry);
        if (lives.endedAt.has(entry.of)) watch.due.push("noproc");
        else watch.set += 1;
        watchers.of(entry.of).push(entry.by);
        break;
      }
      case "demonitored":
        watches.delete(`${entry.by} ${entry.of}`);
        break;
      case "ended":
        for (const by of new Set(watchers.of(entry.process))) {
          const watch = watches.get(`${by} ${entry.process}`);
          if (watch === undefined) continue;
          watch.due.push(...Array.from({ length: watch.set }, () => entry.reason));
          watch.set = 0;
        }
        break;
      case "down":
        defects.push(...takeDue(watchOf(watches, entry), entry));
        break;
      case "seen":
        if (entry.quiet) defects.push(...findMissing(watches, lives));
    }
    lives.note(entry);
  }
  return defects;
}

function watchOf(watches: Map<string, Watch>, { by, of }: { by: number; of: number }): Watch {
  const key = `${by} ${of}`;
  const watch = watches.get(key) ?? { set: 0, due: [] };
  watches.set(key, watch);
  return watch;
}

function takeDue({ due }: Watch, { by, of, reason }: Entry & { type: "down" }): readonly string[] {
  const place = due.indexOf(reason);
  if (place === -1)
    return [
      due.length === 0
        ? `#${by} was told of the end of #${of}, which it doesn't monitor, or not any more, or was told of already`
        : `#${by} was told that #${of} ended with ${reason}, and it was ${due.join(" and ")}`,
    ];
  due.splice(place, 1);
  return [];
}

function findMissing(watches: ReadonlyMap<string, Watch>, lives: Lives): readonly string[] {
  return [...watches].flatMap(([key, { due }]) => {
    const [by = "", of = ""] = key.split(" ");
    return due.length > 0 && lives.has(Number(by)) ? [`#${by} wasn't told of the end of #${of}`] : [];
  });
}
