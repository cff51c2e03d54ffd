/** What a device said and isn't stored yet, gathered until the storage is free for it. Pure. */

import type {
  DeviceAddress,
  DeviceBatch,
  NewLogEntry,
  NewMarker,
  Sample,
  WriteUpdate,
} from "@wheelhouse/storage";

export class Batch {
  readonly session: string;
  readonly declarations: DeviceBatch["declarations"][number][] = [];
  readonly samples: Sample[] = [];
  readonly logs: NewLogEntry[] = [];
  readonly markers: NewMarker[] = [];
  readonly writes: WriteUpdate[] = [];
  /** The last line it covers, by the connection's count and by the session's. */
  line = 0;
  seq: number | undefined;
  missed = 0;
  receivedAt = 0;

  constructor(session: string) {
    this.session = session;
  }

  get isEmpty(): boolean {
    return (
      this.line === 0 &&
      this.declarations.length === 0 &&
      this.samples.length === 0 &&
      this.logs.length === 0 &&
      this.markers.length === 0 &&
      this.writes.length === 0
    );
  }

  toDeviceBatch(address: DeviceAddress): DeviceBatch {
    const { session, declarations, samples, logs, markers, writes, missed, receivedAt, seq } = this;
    const batch = {
      ...address,
      session,
      declarations,
      samples,
      logs,
      markers,
      writes,
      missed,
      receivedAt,
    };
    return seq === undefined ? batch : { ...batch, seq };
  }
}
