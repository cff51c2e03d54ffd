/** What a device's variables were reported to be last, by their places. Pure. */

import type { JsonValue } from "@wheelhouse/protocol";
import type { Time } from "@wheelhouse/storage";

export interface Reported {
  readonly value: JsonValue;
  readonly at: Time;
  readonly receivedAt: Time;
}

/** Of each variable a value that is a number, and two times. */
const NUMBERS_OF_EACH = 3;

/**
 * A value lives until the next one comes, just long enough to be dear to collect, and most are numbers: those stand in one list
 * that holds them without an object for each, and are changed in their place.
 */
export class ReportedValues {
  readonly #numbers: number[] = [];
  /** Values that are no numbers. */
  #others: Map<number, JsonValue> | undefined;

  get(place: number): Reported | null {
    const first = place * NUMBERS_OF_EACH;
    const [number, at, receivedAt] = this.#numbers.slice(first, first + NUMBERS_OF_EACH);
    if (number === undefined || at === undefined || receivedAt === undefined || Number.isNaN(at)) return null;
    // No JSON is NaN: it stands where the value is no number.
    const value = Number.isNaN(number) ? (this.#others?.get(place) ?? null) : number;
    return { value, at, receivedAt };
  }

  set(place: number, value: JsonValue, at: Time, receivedAt: Time): void {
    const numbers = this.#numbers;
    const first = place * NUMBERS_OF_EACH;
    while (numbers.length < first + NUMBERS_OF_EACH) numbers.push(Number.NaN);
    if (typeof value === "number") this.#others?.delete(place);
    else (this.#others ??= new Map()).set(place, value);
    numbers[first] = typeof value === "number" ? value : Number.NaN;
    numbers[first + 1] = at;
    numbers[first + 2] = receivedAt;
  }

  /** As if nothing had been reported. */
  forget(place: number): void {
    this.#others?.delete(place);
    this.#numbers.fill(Number.NaN, place * NUMBERS_OF_EACH, (place + 1) * NUMBERS_OF_EACH);
  }
}
