/** Samples in order of storing, given back variable by variable. There are very many, so they take as little memory as they can. */

import type { Time } from "../../ports.ts";
import type { Point } from "../../rules/history.ts";
import { fromStored, type StoredValue } from "../../rules/values.ts";

export interface SampleToIndex {
  readonly variable: number;
  readonly at: Time;
  readonly value: StoredValue;
}

const FIRST_CAPACITY = 1_024;

export class SamplesByVariable {
  #variables = new Float64Array(FIRST_CAPACITY);
  #times = new Float64Array(FIRST_CAPACITY);
  #numbers = new Float64Array(FIRST_CAPACITY);
  /** Values that aren't numbers, by the sample's place. */
  readonly #texts = new Map<number, string>();
  readonly #countOf = new Map<number, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add({ variable, at, value }: SampleToIndex): void {
    if (this.#count === this.#variables.length) this.#grow();
    const place = this.#count;
    this.#variables[place] = variable;
    this.#times[place] = at;
    if (typeof value === "number") this.#numbers[place] = value;
    else this.#texts.set(place, value);
    this.#countOf.set(variable, (this.#countOf.get(variable) ?? 0) + 1);
    this.#count += 1;
  }

  /** By rising variable, each one's in order of storing. */
  *[Symbol.iterator](): Iterator<readonly [number, Point[]]> {
    const places = this.#placesByVariable();
    for (let first = 0; first < places.length;) {
      const variable = this.#variables[places[first] as number] as number;
      const end = first + (this.#countOf.get(variable) as number);
      yield [variable, Array.from(places.subarray(first, end), (place) => this.#pointAt(place))];
      first = end;
    }
  }

  /** Keeps its room for others. */
  clear(): void {
    this.#texts.clear();
    this.#countOf.clear();
    this.#count = 0;
  }

  #placesByVariable(): Uint32Array {
    const next = new Map<number, number>();
    let begin = 0;
    for (const variable of [...this.#countOf.keys()].sort((one, other) => one - other)) {
      next.set(variable, begin);
      begin += this.#countOf.get(variable) as number;
    }
    const places = new Uint32Array(this.#count);
    for (let place = 0; place < this.#count; place += 1) {
      const variable = this.#variables[place] as number;
      const position = next.get(variable) as number;
      places[position] = place;
      next.set(variable, position + 1);
    }
    return places;
  }

  #pointAt(place: number): Point {
    const text = this.#texts.get(place);
    return [
      this.#times[place] as Time,
      text === undefined ? (this.#numbers[place] as number) : fromStored(text),
    ];
  }

  #grow(): void {
    this.#variables = twice(this.#variables);
    this.#times = twice(this.#times);
    this.#numbers = twice(this.#numbers);
  }
}

function twice(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
