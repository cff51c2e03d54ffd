/** Values on their way to the disk. */

import type { JsonValue } from "@wheelhouse/protocol";
import type { Reading, Time } from "../ports.ts";
import { fromStored, toStored, type StoredValue } from "./values.ts";

/**
 * One list of plain values for all of them, since they are many: an object for each would be dear to keep until it is stored, and
 * dearer to copy to another thread. Of each reading first how many values it has, its time, the delay of its receipt
 * and whether it is backlog; then the name and the value of each.
 */
export type PlainSamples = readonly Plain[];
type Plain = number | string | boolean;

/** Takes a sample as it is stored; `delay` is how long after `at` it was received. */
export type VisitSample = (
  name: string,
  value: StoredValue,
  at: Time,
  delay: number,
  backlog: boolean,
) => void;

/** Samples that are to be stored. */
export class NewSamples {
  readonly #plain: Plain[] = [];
  #length = 0;

  static of(readings: Iterable<Reading>): NewSamples {
    const samples = new NewSamples();
    for (const reading of readings) samples.add(reading);
    return samples;
  }

  get length(): number {
    return this.#length;
  }

  get plain(): PlainSamples {
    return this.#plain;
  }

  add({ names, values, at, receivedAt, backlog }: Reading): void {
    const plain = this.#plain;
    this.#length += names.length;
    plain.push(names.length, at, receivedAt - at, backlog);
    for (let place = 0; place < names.length; place += 1)
      plain.push(names[place] as string, toStored(values[place] as JsonValue));
  }

  /** The values again, one by one. */
  unpack(): readonly Sample[] {
    const samples: Sample[] = [];
    visitSamples(this.#plain, (name, value, at, delay, backlog) =>
      samples.push({ name, value: fromStored(value), at, receivedAt: at + delay, backlog }),
    );
    return samples;
  }
}

/** One value of a variable. */
export interface Sample {
  readonly name: string;
  readonly value: JsonValue;
  readonly at: Time;
  readonly receivedAt: Time;
  readonly backlog: boolean;
}

const VALUES_OF_READING = 4;
const VALUES_OF_EACH = 2;

export function visitSamples(plain: PlainSamples, visit: VisitSample): void {
  let first = 0;
  while (first < plain.length) {
    const [at, delay, backlog] = [
      plain[first + 1] as Time,
      plain[first + 2] as number,
      plain[first + 3] as boolean,
    ];
    const end = first + VALUES_OF_READING + (plain[first] as number) * VALUES_OF_EACH;
    for (let each = first + VALUES_OF_READING; each < end; each += VALUES_OF_EACH)
      visit(plain[each] as string, plain[each + 1] as StoredValue, at, delay, backlog);
    first = end;
  }
}
