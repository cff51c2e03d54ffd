/** The newest report of each variable in a batch. There are very many, so it makes no object for each. */

import type { Time } from "../ports.ts";
import type { StoredValue } from "../rules/values.ts";

export interface NewestReports {
  set(variable: number, value: StoredValue, at: Time, receivedAt: Time): void;
  forEach(visit: (variable: number, value: StoredValue, at: Time, receivedAt: Time) => void): void;
  clear(): void;
}

export function newestReports(): NewestReports {
  const places = new Map<number, number>();
  const values: StoredValue[] = [];
  const times: number[] = [];
  return {
    set(variable, value, at, receivedAt) {
      const place = places.get(variable) ?? places.size;
      places.set(variable, place);
      values[place] = value;
      times[2 * place] = at;
      times[2 * place + 1] = receivedAt;
    },
    forEach(visit) {
      for (const [variable, place] of places)
        visit(variable, values[place] as StoredValue, times[2 * place] as Time, times[2 * place + 1] as Time);
    },
    clear() {
      places.clear();
      values.length = 0;
      times.length = 0;
    },
  };
}
