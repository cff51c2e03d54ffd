/** A world for the pure parts of a runtime: it does nothing by itself, and notes what it was asked for. */

import type { Environment } from "../../src/runtime/environment.ts";

interface Planned {
  readonly when: "soon" | "later";
  readonly work: () => void;
}

interface ManualTimer {
  readonly ms: number;
  readonly ring: () => void;
  isCancelled: boolean;
}

export class ManualEnvironment implements Environment {
  /** What the clock says. */
  time = 0;
  /** What the clock moves on by itself each time it is read. */
  msPerLook = 0;
  readonly planned: Planned[] = [];
  readonly timers: ManualTimer[] = [];
  keptAlive = 0;
  choice = 0;
  runsInEvents = true;

  now(): number {
    this.time += this.msPerLook;
    return this.time;
  }

  wallClock(): number {
    return this.time;
  }

  random(): number {
    return 0;
  }

  soon(work: () => void): void {
    this.planned.push({ when: "soon", work });
  }

  later(work: () => void): void {
    this.planned.push({ when: "later", work });
  }

  setTimer(ms: number, ring: () => void): { cancel(): void } {
    const timer = { ms, ring, isCancelled: false };
    this.timers.push(timer);
    return {
      cancel() {
        timer.isCancelled = true;
      },
    };
  }

  keepAlive(): () => void {
    this.keptAlive += 1;
    return () => {
      this.keptAlive -= 1;
    };
  }

  choose(count: number): number {
    return Math.min(this.choice, count - 1);
  }

  /** Does what was planned first, and says how. */
  runNext(): "soon" | "later" | undefined {
    const next = this.planned.shift();
    next?.work();
    return next?.when;
  }

  get activeTimers(): readonly ManualTimer[] {
    return this.timers.filter((timer) => !timer.isCancelled);
  }
}
