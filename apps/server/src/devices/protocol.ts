/** What a device's process and its connection tell each other, and how both are addressed. */

import { defineTopic, processName, type ProcessName, type Ref } from "@wheelhouse/actors";
import type {
  AppliedResult,
  Code,
  DeclaredVariable,
  Dialect1Variable,
  JsonObject,
  JsonValue,
} from "@wheelhouse/protocol";
import type { Device, Variable } from "@wheelhouse/api";
import type {
  DeviceAddress,
  LogEntryRecord,
  MarkerRecord,
  NewLogEntry,
  WriteRecord,
} from "@wheelhouse/storage";

// A device's process

/** A connection that speaks for a device from now on. */
export interface Attachment {
  readonly connection: Ref<DeviceConnectionProtocol>;
  readonly about: {
    readonly name?: string;
    readonly app?: string;
    readonly build?: string;
    readonly tags?: readonly string[];
  };
  /** The session to go on with. */
  readonly resume: string | undefined;
  /** Whether a connection that is there already has to go. */
  readonly takeOver: boolean;
}

export type AttachOutcome =
  | {
      readonly outcome: "attached";
      readonly session: string;
      readonly resumed: boolean;
      readonly acknowledged: number;
    }
  | { readonly outcome: "occupied" }
  | { readonly outcome: "storage_unavailable" };

/** One line of a device, understood. Times are the server's. */
export interface DeviceLine {
  readonly connection: Ref<DeviceConnectionProtocol>;
  /** The connection's own count of lines, for its window. */
  readonly line: number;
  /** Dialect 2's number of the line. */
  readonly seq: number | undefined;
  readonly receivedAt: number;
  readonly content: LineContent;
}

export type LineContent =
  | { readonly type: "declare"; readonly variables: readonly DeclaredVariable[] }
  | { readonly type: "values"; readonly at: number; readonly backlog: boolean; readonly values: JsonObject }
  /** Dialect 1: each value comes with its type, which declares it. */
  | { readonly type: "typed_values"; readonly at: number; readonly values: readonly TypedValue[] }
  | { readonly type: "logs"; readonly entries: readonly NewLogEntry[] }
  | {
      readonly type: "marker";
      readonly at: number;
      readonly name: string;
      readonly fields: JsonObject | null;
    }
  /** Refused by the connection already; only its number counts. */
  | { readonly type: "refused" };

/** What dialect 1 reports, and what a person wants, as both dialects need it. */
export type TypedValue = Dialect1Variable;

/** What became of a person's wish to change variables. */
export type ChangeOutcome =
  | { readonly outcome: "stored"; readonly set: number; readonly writes: readonly WriteRecord[] }
  | {
      readonly outcome: "refused";
      readonly code: ChangeRefusal;
      readonly message: string;
      readonly field: string;
    }
  | { readonly outcome: "unknown_device" }
  | { readonly outcome: "storage_unavailable" };

export type ChangeRefusal = "unknown_variable" | "read_only" | "offline" | "out_of_range" | "invalid";

/** What became of a person's wish to cancel a write. */
export type CancelOutcome =
  | { readonly outcome: "cancelled"; readonly write: WriteRecord }
  /** It was settled before. */
  | { readonly outcome: "not_open" }
  | { readonly outcome: "storage_unavailable" };

/** What a person gives a device: what is absent stays, null is the device's own again. */
export interface Description {
  readonly name?: string | null;
  readonly tags?: readonly string[] | null;
}

export type DescribeOutcome = Device | "unknown_device" | "storage_unavailable";

export type VariableOutcome = Variable | "unknown_device" | "unknown_variable";

/** A device as a person sees it. */
export interface DeviceView {
  readonly device: Device;
  readonly variables: readonly Variable[];
  readonly openWrites: readonly WriteRecord[];
}

export interface DeviceProtocol {
  calls: {
    attach(attachment: Attachment): AttachOutcome;
    /**
     * All or nothing. Answers when it is durable; what the device does with it comes later. What is open after
     * `expiresInMs` expires.
     */
    change(values: JsonObject, by: string, expiresInMs?: number): ChangeOutcome;
    /** Ends an open write of this device. One that was sent already may be applied all the same: the device isn't told. */
    cancel(write: number, by: string): CancelOutcome;
    describe(description: Description): DescribeOutcome;
    /** The change's writes: once none is open any more, or after `waitMs` as they are then. Forgotten ones aren't among them. */
    settled(set: number, waitMs: number): readonly WriteRecord[];
    /** `undefined` for a device that never was. */
    view(): DeviceView | undefined;
    /** One of its variables; likewise. */
    variable(name: string): VariableOutcome;
  };
  casts: {
    heard(line: DeviceLine): void;
    /** The device's answer to a set. */
    answered(
      connection: Ref<DeviceConnectionProtocol>,
      set: number,
      results: Readonly<Record<string, AppliedResult>>,
    ): void;
    /** Writes that ended in the storage without this process: they had expired. */
    ended(writes: readonly WriteRecord[]): void;
    /** The connection goes; the session may be resumed unless the device said goodbye. */
    detached(connection: Ref<DeviceConnectionProtocol>, reason: string, resumable: boolean): void;
  };
}

/** The name of a device's process, while there is one. */
export function deviceName({ project, device }: DeviceAddress): ProcessName<DeviceProtocol> {
  return processName(`device:${project}/${device}`);
}

// A connection's process

export interface DeviceConnectionProtocol {
  casts: {
    /** Everything up to this line, and this `seq` where lines have one, is durable. */
    stored(line: number, seq: number | undefined): void;
    /** What was understood doesn't fit the device, or can't be stored for now. */
    refuse(code: Code, text: string, seq: number | undefined): void;
    set(set: number, values: readonly TypedValue[]): void;
    /** Tells the device the code and closes. */
    end(code: Code, text: string): void;
  };
}

// What others hear

/** What happens to a project's devices. */
export type ProjectEvent =
  | { readonly type: "device"; readonly device: Device }
  | { readonly type: "declared"; readonly device: string; readonly variables: readonly Variable[] }
  | {
      readonly type: "values";
      readonly device: string;
      readonly values: Readonly<Record<string, readonly [number, JsonValue]>>;
    }
  | {
      readonly type: "stored";
      /** Null for what concerns the project as a whole: a person's marker. */
      readonly device: string | null;
      readonly logs: readonly LogEntryRecord[];
      readonly markers: readonly MarkerRecord[];
      readonly writes: readonly WriteRecord[];
    };

/** A project's devices, by the project's id. */
export const ProjectTopic = defineTopic<ProjectEvent>("project");

/** Each device that is connected hears it, so that they can be counted; nothing is ever told. */
export const ALL_ONLINE = defineTopic<never>("online").of("");

/** A key that was revoked, by its id. */
export const RevokedTopic = defineTopic<void>("revoked");
