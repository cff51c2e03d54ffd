/** The processes that one process monitors: mostly none or one, sometimes many. */

import type { ExitReason } from "../exit-reason.ts";
import type { Process, Watcher } from "./process.ts";

/** Who is told of the end. */
export interface Monitoring {
  monitorEnded(monitor: Monitor, reason: ExitReason): void;
}

export class Monitor implements Watcher {
  readonly other: Process;
  readonly #by: Monitoring;

  constructor(by: Monitoring, other: Process) {
    this.#by = by;
    this.other = other;
  }

  ended(reason: ExitReason): void {
    this.#by.monitorEnded(this, reason);
  }
}

/** One by itself, and only more in a map; a process may be monitored more than once. */
export type Monitors = Monitor | Map<Process, Monitor[]> | undefined;

/** These with one more; those that were given may have become them. */
export function withMonitor(monitors: Monitors, monitor: Monitor): Monitors {
  if (monitors === undefined) return monitor;
  const map = monitors instanceof Map ? monitors : new Map([[monitors.other, [monitors]]]);
  const others = map.get(monitor.other);
  if (others === undefined) map.set(monitor.other, [monitor]);
  else others.push(monitor);
  return map;
}

/** These without those of that process; those that were given may have become them. */
export function withoutMonitorsOf(monitors: Monitors, other: Process): Monitors {
  if (monitors instanceof Map) monitors.delete(other);
  else if (monitors?.other === other) return undefined;
  return monitors;
}

export function monitorsOf(monitors: Monitors, other: Process): readonly Monitor[] {
  if (monitors instanceof Map) return monitors.get(other) ?? [];
  return monitors?.other === other ? [monitors] : [];
}

export function allMonitors(monitors: Monitors): readonly Monitor[] {
  if (monitors instanceof Map) return [...monitors.values()].flat();
  return monitors === undefined ? [] : [monitors];
}
