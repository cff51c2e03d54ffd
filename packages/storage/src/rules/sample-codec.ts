/**
 * A variable's samples as few bytes, by rising `at`: times as differences; values as whole or broken numbers, or as places in
 * a list of those that occur. Pure.
 */

import type { JsonValue } from "@wheelhouse/protocol";
import type { Point } from "./history.ts";

/** Times have to be whole numbers, and rise. */
export function encodeSamples(samples: readonly Point[]): Uint8Array {
  const values = samples.map(([, value]) => value);
  const form = formOf(values);
  writer.begin();
  writer.byte(form);
  writer.whole(samples.length);
  let before = samples[0]?.[0] ?? 0;
  writer.signed(before);
  for (const [at] of samples) {
    writer.whole(at - before);
    before = at;
  }
  if (form === LISTED) writeListed(values);
  else writeNumbers(values as readonly number[], form);
  return writer.take();
}

export function decodeSamples(bytes: Uint8Array): readonly Point[] {
  const reader = new ByteReader(bytes);
  const form = reader.byte();
  const times = reader.times(reader.whole());
  const next = form === LISTED ? readListed(reader) : readNumbers(reader, form);
  return Array.from(times, (time): Point => [time, next()]);
}

/** Visits the numbers only, in the same order, and makes no objects for them. */
export function visitNumbers(bytes: Uint8Array, visit: (at: number, value: number) => void): void {
  if (bytes[0] === LISTED) {
    for (const [at, value] of decodeSamples(bytes)) if (typeof value === "number") visit(at, value);
    return;
  }
  const reader = new ByteReader(bytes);
  const form = reader.byte();
  const count = reader.whole();
  const times = reader.times(count);
  let value = 0;
  for (let index = 0; index < count; index += 1) {
    if (form === SINGLE) value = reader.single();
    else if (form === DOUBLE) value = reader.double();
    else value += reader.signed();
    visit(times[index] as number, value);
  }
}

/** How the values are written. */
const WHOLE = 0;
const SINGLE = 1;
const DOUBLE = 2;
const LISTED = 3;
type Form = typeof WHOLE | typeof SINGLE | typeof DOUBLE | typeof LISTED;

/** Differences of larger whole numbers might not be exact. */
const LARGEST_WHOLE = 2 ** 51;

function formOf(values: readonly JsonValue[]): Form {
  let form: Form = WHOLE;
  for (const value of values) {
    if (typeof value !== "number") return LISTED;
    if (form === WHOLE && !(Number.isInteger(value) && Math.abs(value) <= LARGEST_WHOLE)) form = SINGLE;
    if (form === SINGLE && Math.fround(value) !== value) form = DOUBLE;
  }
  return form;
}

function writeNumbers(values: readonly number[], form: Form): void {
  let before = 0;
  for (const value of values) {
    if (form === WHOLE) writer.signed(value - before);
    else if (form === SINGLE) writer.single(value);
    else writer.double(value);
    before = value;
  }
}

function readNumbers(reader: ByteReader, form: number): () => JsonValue {
  if (form === SINGLE) return () => reader.single();
  if (form === DOUBLE) return () => reader.double();
  let value = 0;
  return () => {
    value += reader.signed();
    return value;
  };
}

function writeListed(values: readonly JsonValue[]): void {
  const places = new Map<string, number>();
  const placed = values.map((value) => {
    const text = JSON.stringify(value);
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  });
  writer.text(`[${[...places.keys()].join(",")}]`);
  for (const place of placed) writer.whole(place);
}

function readListed(reader: ByteReader): () => JsonValue {
  const list = JSON.parse(reader.text()) as readonly JsonValue[];
  return () => list[reader.whole()] ?? null;
}

/** Whole numbers take seven bits a byte, the lowest first; a set eighth bit says that more follow. */
class ByteWriter {
  #bytes = new Uint8Array(4_096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  begin(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  whole(value: number): void {
    this.#reserve(MOST_VARINT_BYTES);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length] = (rest % 128) + 128;
      this.#length += 1;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length] = rest;
    this.#length += 1;
  }

  signed(value: number): void {
    this.whole(value < 0 ? -2 * value - 1 : 2 * value);
  }

  single(value: number): void {
    this.#reserve(4);
    this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  text(value: string): void {
    const encoded = new TextEncoder().encode(value);
    this.whole(encoded.length);
    this.#reserve(encoded.length);
    this.#bytes.set(encoded, this.#length);
    this.#length += encoded.length;
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

const MOST_VARINT_BYTES = 8;

/** One for all, since most chunks are much smaller than its buffer. */
const writer = new ByteWriter();

class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    const byte = this.#bytes[this.#position] ?? 0;
    this.#position += 1;
    return byte;
  }

  /** What is after the end reads as 0, so this ends. */
  whole(): number {
    const first = this.byte();
    if (first < 128) return first;
    let value = first - 128;
    let factor = 128;
    for (;;) {
      const byte = this.byte();
      if (byte < 128) return value + byte * factor;
      value += (byte - 128) * factor;
      factor *= 128;
    }
  }

  /** The first, and then how much later each is than the one before. */
  times(count: number): Float64Array {
    const times = new Float64Array(count);
    let at = this.signed();
    for (let index = 0; index < count; index += 1) {
      at += this.whole();
      times[index] = at;
    }
    return times;
  }

  signed(): number {
    const value = this.whole();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  single(): number {
    this.#position += 4;
    return this.#view.getFloat32(this.#position - 4, true);
  }

  double(): number {
    this.#position += 8;
    return this.#view.getFloat64(this.#position - 8, true);
  }

  text(): string {
    const length = this.whole();
    this.#position += length;
    return new TextDecoder().decode(this.#bytes.subarray(this.#position - length, this.#position));
  }
}
