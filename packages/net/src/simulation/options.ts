/** What a simulated network can be told, and how kind it is unless told otherwise. */

import type { Range } from "./chance.ts";

/** What the sender's and the receiver's kernel each hold of one direction, in bytes. */
export const KERNEL_BUFFER_BYTES = 65_536;
/** Descriptors of the program. */
export const DESCRIPTOR_LIMIT = 1_048_576;

export interface SimulatedNetworkOptions {
  /** How long a segment is on its way, in whole steps from the lower end. Default: 0, so that `settle` is enough. */
  readonly delayMs?: number | Range;
  /**
   * How long a connection waits in the backlog until the program takes it. More than the backlog holds at one moment get no
   * answer, and ask again after 1 s, 2 s and so on, as Linux has it. Default: 0.
   */
  readonly acceptDelayMs?: number | Range;
  /** Most bytes that one read gives, or `random`. What is written in pieces may come joined either way. Default: 65,536. */
  readonly splitBytes?: number | "random";
  /** What the sender's kernel holds of one direction. Default: {@link KERNEL_BUFFER_BYTES}. */
  readonly sendBufferBytes?: number;
  /** What the receiver's kernel holds of one direction, with what is on its way to it. Default: {@link KERNEL_BUFFER_BYTES}. */
  readonly receiveBufferBytes?: number;
  /** Probability, for each segment, that the connection is dead from then on without a word. Default: 0. */
  readonly cutChance?: number;
  /** Probability, for each segment, that both ends are reset instead. Default: 0. */
  readonly resetChance?: number;
  /** Most sockets that processes may have open, with their listening ones. Default: {@link DESCRIPTOR_LIMIT}. */
  readonly descriptorLimit?: number;
  /** What `readFile` finds, by path. Default: nothing. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** The same, complete. */
export interface NetworkSettings {
  readonly delayMs: Range;
  readonly acceptDelayMs: Range;
  readonly splitBytes: number | "random";
  readonly sendBufferBytes: number;
  readonly receiveBufferBytes: number;
  readonly cutChance: number;
  readonly resetChance: number;
}

/** Most bytes that one read gives (libuv's own limit). */
export const READ_BYTES = 65_536;

/** @throws RangeError that names the option, what it was and what would be right. */
export function toSettings(options: SimulatedNetworkOptions): NetworkSettings {
  const { splitBytes = READ_BYTES, cutChance = 0, resetChance = 0 } = options;
  const { sendBufferBytes = KERNEL_BUFFER_BYTES, receiveBufferBytes = KERNEL_BUFFER_BYTES } = options;
  if (splitBytes !== "random") expectPositive("splitBytes", splitBytes);
  expectPositive("sendBufferBytes", sendBufferBytes);
  expectPositive("receiveBufferBytes", receiveBufferBytes);
  expectProbability("cutChance", cutChance);
  expectProbability("resetChance", resetChance);
  return {
    delayMs: toRange("delayMs", options.delayMs),
    acceptDelayMs: toRange("acceptDelayMs", options.acceptDelayMs),
    splitBytes,
    sendBufferBytes,
    receiveBufferBytes,
    cutChance,
    resetChance,
  };
}

function toRange(name: string, value: number | Range = 0): Range {
  const range = typeof value === "number" ? ([value, value] as const) : value;
  const [min, max] = range;
  if (min >= 0 && min <= max && max < Infinity) return range;
  throw new RangeError(
    `expected ${name} to be milliseconds from 0 on, or the least and the most of them, got: ${String(value)}`,
  );
}

/** @throws RangeError */
export function expectPositive(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`expected ${name} to be a positive integer, got: ${value}`);
}

function expectProbability(name: string, value: number): void {
  if (!(value >= 0 && value <= 1))
    throw new RangeError(`expected ${name} to be a probability from 0 to 1, got: ${value}`);
}
