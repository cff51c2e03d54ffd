/** When to tell that many connections are open. Pure: counts and the time are told. */

export interface Alarm {
  /** Told when so many are open at a time, or more. A whole number from 1. */
  readonly connections: number;
  /** Not told again for so long, in milliseconds, however many come. */
  readonly coolDownMs: number;
}

export class Alarms {
  readonly #alarms: readonly Alarm[];
  readonly #lastToldAtMs: number[];
  /** Below it no alarm is due, whatever the time: one comparison for each connection. */
  readonly lowest: number;

  constructor(alarms: readonly Alarm[]) {
    this.#alarms = alarms;
    this.#lastToldAtMs = alarms.map(() => Number.NEGATIVE_INFINITY);
    this.lowest = Math.min(Infinity, ...alarms.map(({ connections }) => connections));
  }

  /** Those that are to be told now that so many are open. */
  due(connections: number, nowMs: number): readonly Alarm[] {
    return this.#alarms.filter((alarm, index) => {
      const last = this.#lastToldAtMs[index] as number;
      if (connections < alarm.connections || nowMs < last + alarm.coolDownMs) return false;
      this.#lastToldAtMs[index] = nowMs;
      return true;
    });
  }
}
