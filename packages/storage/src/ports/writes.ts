/** What people want of devices, and what became of it. */

import type { JsonValue } from "@wheelhouse/protocol";
import type { DeviceAddress } from "./devices.ts";
import type { Time } from "./time.ts";

export type WriteStateName =
  | "pending"
  | "sent"
  | "applied"
  | "rejected"
  | "expired"
  | "cancelled"
  | "replaced";

/** The states a write can still leave. */
export const OPEN_WRITE_STATES: readonly WriteStateName[] = ["pending", "sent"];

export interface WriteRecord extends DeviceAddress {
  readonly id: number;
  /** The change it belongs to, rising per device: the `id` of the wire's `set`. */
  readonly set: number;
  readonly name: string;
  readonly from: JsonValue;
  readonly value: JsonValue;
  readonly state: WriteStateName;
  /** What the device reports after its answer; null before it. */
  readonly applied: JsonValue;
  readonly reason: string | null;
  readonly by: string;
  readonly createdAt: Time;
  readonly updatedAt: Time;
  /** When it is to become `expired` if it is still open; null for never. */
  readonly expiresAt: Time | null;
  /** The entry id of its newest change of state. */
  readonly entry: number;
}

/** A change by a person: the open writes of the same variables become `replaced` in the same step. */
export interface NewChange extends DeviceAddress {
  readonly by: string;
  readonly at: Time;
  readonly expiresAt: Time | null;
  readonly values: readonly { readonly name: string; readonly from: JsonValue; readonly value: JsonValue }[];
}

export interface StoredChange {
  readonly set: number;
  /** In the order of `values`, all `pending`. */
  readonly writes: readonly WriteRecord[];
  readonly replaced: readonly WriteRecord[];
}

/** Does nothing to a write that isn't open any more. */
export interface WriteUpdate {
  readonly id: number;
  readonly state: WriteStateName;
  readonly applied?: JsonValue;
  readonly reason?: string;
  readonly at: Time;
}
