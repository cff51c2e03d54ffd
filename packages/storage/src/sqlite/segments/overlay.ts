/** What the current segment says of sessions, devices and variables, on top of the main file. */

import type { Time } from "../../ports.ts";
import type { PrepareOnce } from "../statement.ts";
import type { StoredValue } from "../../rules/values.ts";

/** What a session has got to since the segment began. */
export interface Progress {
  readonly acknowledged: number;
  readonly missed: number;
  readonly seenAt: Time;
}

export interface ReportedValue {
  readonly value: StoredValue;
  readonly at: Time;
  readonly receivedAt: Time;
}

export interface SegmentOverlay {
  progress(session: number): Progress | undefined;
  /** When devices last stored something, by their rows. */
  devicesSeenAt(): ReadonlyMap<number, Time>;
  deviceSeenAt(device: number): Time | undefined;
  reported(variable: number): ReportedValue | undefined;
}

/** That of a project without a segment. */
export const NO_OVERLAY: SegmentOverlay = {
  progress: () => undefined,
  devicesSeenAt: () => new Map(),
  deviceSeenAt: () => undefined,
  reported: () => undefined,
};

export function segmentOverlay(prepared: PrepareOnce): SegmentOverlay {
  const progress = prepared<Progress>(
    "SELECT acknowledged, missed, seen_at AS seenAt FROM progress WHERE session = ?",
  );
  const devicesSeenAt = prepared<{ device: number; seenAt: Time }>(
    "SELECT device, max(seen_at) AS seenAt FROM progress GROUP BY device",
  );
  const deviceSeenAt = prepared<{ seenAt: Time | null }>(
    "SELECT max(seen_at) AS seenAt FROM progress WHERE device = ?",
  );
  const reported = prepared<ReportedValue>(
    "SELECT value, at, received_at AS receivedAt FROM reported WHERE variable = ?",
  );
  return {
    progress: (session) => progress.get(session),
    devicesSeenAt: () => new Map(devicesSeenAt.all().map(({ device, seenAt }) => [device, seenAt])),
    deviceSeenAt: (device) => deviceSeenAt.get(device)?.seenAt ?? undefined,
    reported: (variable) => reported.get(variable),
  };
}
