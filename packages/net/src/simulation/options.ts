/** What a simulated network can be told, and how kind it is unless told otherwise. */

import {
  expectObject,
  expectOptions,
  refusal,
  whole,
  wrong,
  type Check,
  type Checks,
} from "../expectations.ts";
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
  expectOptions(options, NETWORK_CHECKS);
  return {
    delayMs: toRange(options.delayMs),
    acceptDelayMs: toRange(options.acceptDelayMs),
    splitBytes: options.splitBytes ?? READ_BYTES,
    sendBufferBytes: options.sendBufferBytes ?? KERNEL_BUFFER_BYTES,
    receiveBufferBytes: options.receiveBufferBytes ?? KERNEL_BUFFER_BYTES,
    cutChance: options.cutChance ?? 0,
    resetChance: options.resetChance ?? 0,
  };
}

/** The check of the most sockets that may be open. */
export const expectDescriptorLimit: Check = whole(1);

const NETWORK_CHECKS: Checks<SimulatedNetworkOptions> = {
  delayMs: expectRange,
  acceptDelayMs: expectRange,
  splitBytes: (name, value) => value === "random" || whole(1)(name, value),
  sendBufferBytes: whole(1),
  receiveBufferBytes: whole(1),
  cutChance: expectProbability,
  resetChance: expectProbability,
  descriptorLimit: expectDescriptorLimit,
  files: expectObject,
};

function expectRange(name: string, value: unknown): void {
  const right = "milliseconds from 0 on, or the least and the most of them";
  const range: readonly unknown[] = Array.isArray(value) ? value : [value, value];
  const [min, max] = range;
  const fits =
    range.length === 2 && typeof min === "number" && typeof max === "number" && min >= 0 && max < Infinity;
  if (!fits) throw wrong(name, right, value);
  if (!(min <= max)) throw refusal(name, right, range.join(","));
}

function toRange(value: number | Range = 0): Range {
  return typeof value === "number" ? [value, value] : value;
}

function expectProbability(name: string, value: unknown): void {
  if (!(typeof value === "number" && value >= 0 && value <= 1))
    throw wrong(name, "a probability from 0 to 1", value);
}
