/** What a device said and isn't stored yet, gathered until the storage is free for it. Pure. */

import {
  NewLogs,
  NewSamples,
  type DeviceAddress,
  type DeviceBatch,
  type NewMarker,
  type WriteUpdate,
} from "@wheelhouse/storage";

/** There are many, and most hold one kind of things: what isn't needed isn't made. */
export class Batch {
  readonly session: string;
  /** The last line it covers, by the connection's count and by the session's. */
  line = 0;
  seq: number | undefined;
  missed = 0;
  receivedAt = 0;
  #samples: NewSamples | undefined;
  #logs: NewLogs | undefined;
  #rest: Rest | undefined;

  constructor(session: string) {
    this.session = session;
  }

  get samples(): NewSamples {
    return (this.#samples ??= new NewSamples());
  }

  get logs(): NewLogs {
    return (this.#logs ??= new NewLogs());
  }

  get declarations(): Rest["declarations"] {
    return this.#others.declarations;
  }

  get markers(): Rest["markers"] {
    return this.#others.markers;
  }

  get writes(): Rest["writes"] {
    return this.#others.writes;
  }

  get #others(): Rest {
    return (this.#rest ??= { declarations: [], markers: [], writes: [] });
  }

  /** To be called when it is stored, and nobody needs it any more. */
  free(): void {
    this.#logs?.free();
  }

  toDeviceBatch({ project, device }: DeviceAddress): DeviceBatch {
    const { session, missed, receivedAt, seq } = this;
    const { declarations, markers, writes } = this.#rest ?? NOTHING;
    const packed = { samples: this.#samples ?? NO_SAMPLES, logs: this.#logs ?? NO_LOGS };
    const batch = { project, device, session, missed, receivedAt, ...packed, declarations, markers, writes };
    return seq === undefined ? batch : { ...batch, seq };
  }
}

/** What there is less often. */
interface Rest {
  readonly declarations: DeviceBatch["declarations"][number][];
  readonly markers: NewMarker[];
  readonly writes: WriteUpdate[];
}

const NOTHING: Rest = { declarations: [], markers: [], writes: [] };
const NO_SAMPLES = new NewSamples();
const NO_LOGS = new NewLogs();
