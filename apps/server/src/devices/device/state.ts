/** What a device's process holds in its hands. */

import type { Context, Ref, ReplyTo, Timer } from "@wheelhouse/actors";
import type {
  DeviceAddress,
  DeviceRecord,
  DeviceState as Stored,
  StoredBatch,
  Time,
  WriteRecord,
} from "@wheelhouse/storage";
import { Batch } from "../batch.ts";
import type { AttachOutcome, Attachment, DeviceConnectionProtocol, DeviceProtocol } from "../protocol.ts";
import { VariableTable } from "../variable-table.ts";
import { WriteTable } from "../write-table.ts";

export interface DevicePrivate extends DeviceProtocol {
  casts: DeviceProtocol["casts"] & {
    batchStored(batch: Batch, stored: StoredBatch): void;
    batchFailed(batch: Batch, error: Error): void;
    store(batch: Batch): void;
    /** Ends the writes whose time is over. */
    expire(): void;
    /** Whoever waited for a change has waited long enough. */
    waitedEnough(waiting: Settling): void;
  };
}

/** The connection that speaks for the device now. */
export interface Attached {
  readonly connection: Ref<DeviceConnectionProtocol>;
  readonly session: string;
  /** The highest `seq` that came. */
  received: number;
  /** The highest that is durable or was refused. */
  acknowledged: number;
}

/** What waits until everything said before is stored. */
export type Waiting =
  | { readonly type: "attach"; readonly attachment: Attachment; readonly from: ReplyTo<AttachOutcome> }
  | Closing;

export interface Closing {
  readonly type: "close";
  readonly session: string;
  readonly reason: string;
  readonly resumable: boolean;
  readonly at: number;
}

/** A person's wish that waits for a batch: what was said before it comes first. */
export interface WaitingWish {
  readonly behind: Batch;
  grant(ctx: DeviceContext): Promise<void>;
  /** Storing fails. */
  refuse(ctx: DeviceContext): void;
}

/** Somebody waits until none of a change's writes is open any more. */
export interface Settling {
  readonly set: number;
  readonly from: ReplyTo<readonly WriteRecord[]>;
  /** Rings when it has taken too long. */
  deadline: Timer | undefined;
}

/** The device's record, and nobody else's: every line changes it. */
export interface OwnRecord extends Omit<DeviceRecord, "lastSeen"> {
  lastSeen: Time;
}

export interface DeviceState {
  readonly address: DeviceAddress;
  /** `undefined` for a device that never was. */
  record: OwnRecord | undefined;
  readonly variables: VariableTable;
  readonly writes: WriteTable;
  attached: Attached | undefined;
  /** Whose lines are heard. */
  session: string;
  /** What was said since the last batch went to the storage; `undefined` while that is nothing: see {@link openBatch}. */
  batch: Batch | undefined;
  /** The batch that is being stored. */
  storing: Batch | undefined;
  /** Whether storing it has failed, and the connection knows. */
  failing: boolean;
  readonly waiting: Waiting[];
  wishes: readonly WaitingWish[];
  settling: readonly Settling[];
  /** Rings when the next open write expires. */
  expiry: Timer | undefined;
}

export type DeviceContext = Context<DevicePrivate, DeviceState>;

/** When storing is tried again after it failed. */
export const RETRY_STORING_MS = 1_000;

/**
 * The batch that what is said goes into. One that was begun with the last line, half a second ago, would be old by the next, and
 * what hangs on an old object is collected as late as that one.
 */
export function openBatch({ state }: DeviceContext): Batch {
  return (state.batch ??= new Batch(state.session));
}

export function beginState(address: DeviceAddress, stored: Stored | undefined): DeviceState {
  return {
    address,
    record: stored === undefined ? undefined : { ...stored.record },
    variables: new VariableTable(stored?.variables ?? []),
    writes: new WriteTable(stored?.writes ?? []),
    attached: undefined,
    session: "",
    batch: undefined,
    storing: undefined,
    failing: false,
    waiting: [],
    wishes: [],
    settling: [],
    expiry: undefined,
  };
}
