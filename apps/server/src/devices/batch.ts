/** What a device said and isn't stored yet, gathered until the storage is free for it. Pure. */

import type { JsonValue } from "@wheelhouse/protocol";
import {
  NewLogs,
  type DeviceAddress,
  type DeviceBatch,
  type NewMarker,
  type Sample,
  type Time,
  type WriteUpdate,
} from "@wheelhouse/storage";

/**
 * Values that came at one time: names and values in the same order. It is most of what devices say and lives until it is
 * stored, so it isn't an object for each.
 */
export interface Reading {
  readonly at: Time;
  readonly receivedAt: Time;
  /** History only. */
  readonly backlog: boolean;
  readonly names: readonly string[];
  readonly values: readonly JsonValue[];
}

function toSamples({ names, values, at, receivedAt, backlog }: Reading): readonly Sample[] {
  return names.map((name, place) => ({ name, value: values[place] as JsonValue, at, receivedAt, backlog }));
}

/** What a batch holds. */
interface Said {
  readonly declarations: DeviceBatch["declarations"][number][];
  readonly readings: Reading[];
  readonly logs: NewLogs;
  readonly markers: NewMarker[];
  readonly writes: WriteUpdate[];
}

export class Batch {
  readonly session: string;
  /** The last line it covers, by the connection's count and by the session's. */
  line = 0;
  seq: number | undefined;
  missed = 0;
  receivedAt = 0;
  /** Each device has a batch that waits, mostly for nothing so far. */
  #said: Said | undefined;

  constructor(session: string) {
    this.session = session;
  }

  get declarations(): Said["declarations"] {
    return this.#lists.declarations;
  }

  get readings(): Reading[] {
    return this.#lists.readings;
  }

  get logs(): NewLogs {
    return this.#lists.logs;
  }

  get markers(): NewMarker[] {
    return this.#lists.markers;
  }

  get writes(): WriteUpdate[] {
    return this.#lists.writes;
  }

  get isEmpty(): boolean {
    if (this.line !== 0) return false;
    return this.#said === undefined || Object.values(this.#said).every(({ length }) => length === 0);
  }

  get #lists(): Said {
    return (this.#said ??= { declarations: [], readings: [], logs: new NewLogs(), markers: [], writes: [] });
  }

  toDeviceBatch(address: DeviceAddress): DeviceBatch {
    const { session, missed, receivedAt, seq } = this;
    const { readings, ...lists } = this.#lists;
    const samples = readings.flatMap(toSamples);
    const batch = { ...address, session, ...lists, samples, missed, receivedAt };
    return seq === undefined ? batch : { ...batch, seq };
  }
}
