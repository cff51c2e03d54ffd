/** Counts what listeners and connections tell, and gives the counts as numbers or as Prometheus reads them. Pure. */

import { isCleanExit, type ExitReason, type RuntimeEvent } from "@wheelhouse/actors";
import {
  isNetEvent,
  type ConnectionEnded,
  type NetEvent,
  type RefusalReason,
  type TimeoutKind,
} from "../events.ts";

/** How a connection's process ended: by itself, told to, killed, or by a crash. */
export type EndKind = "normal" | "shutdown" | "killed" | "crashed";

/** What has been counted since the metrics were made. Times are milliseconds. */
export interface NetMetricsSnapshot {
  /** Open now. */
  readonly connections: number;
  readonly started: number;
  readonly ended: Readonly<Record<EndKind, number>>;
  /** By reason; those that never happened aren't there. */
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
  readonly timeouts: Readonly<Partial<Record<TimeoutKind, number>>>;
  /** How often one had to wait for a place. */
  readonly waited: number;
  readonly handshakesFailed: number;
  readonly acceptsFailed: number;
  readonly alarms: number;
  readonly drains: number;
  /** Cut at the deadline of a drain. */
  readonly cut: number;
  /** The following are of connections that have ended. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly packetsRead: number;
  readonly packetsWritten: number;
  readonly durationMs: number;
}

/**
 * A count of a runtime's connections.
 *
 * @example
 * const metrics = new NetMetrics();
 * runtime.on(metrics.observe);
 */
export class NetMetrics {
  #started = 0;
  readonly #ended: Record<EndKind, number> = { normal: 0, shutdown: 0, killed: 0, crashed: 0 };
  readonly #refused: Partial<Record<RefusalReason, number>> = {};
  readonly #timeouts: Partial<Record<TimeoutKind, number>> = {};
  #endedAll = 0;
  #waited = 0;
  #handshakesFailed = 0;
  #acceptsFailed = 0;
  #alarms = 0;
  #drains = 0;
  #cut = 0;
  #bytesRead = 0;
  #bytesWritten = 0;
  #packetsRead = 0;
  #packetsWritten = 0;
  #durationMs = 0;

  /** The listener for `runtime.on`. Events of others are passed over. */
  readonly observe = (event: RuntimeEvent): void => {
    if (isNetEvent(event)) this.#count(event);
  };

  snapshot(): NetMetricsSnapshot {
    return {
      // Some may have begun before anybody counted.
      connections: Math.max(0, this.#started - this.#endedAll),
      started: this.#started,
      ended: { ...this.#ended },
      refused: { ...this.#refused },
      timeouts: { ...this.#timeouts },
      waited: this.#waited,
      handshakesFailed: this.#handshakesFailed,
      acceptsFailed: this.#acceptsFailed,
      alarms: this.#alarms,
      drains: this.#drains,
      cut: this.#cut,
      bytesRead: this.#bytesRead,
      bytesWritten: this.#bytesWritten,
      packetsRead: this.#packetsRead,
      packetsWritten: this.#packetsWritten,
      durationMs: this.#durationMs,
    };
  }

  /** The counts in Prometheus's text format, version 0.0.4; all names begin with `net_`. */
  toPrometheus(): string {
    return formatPrometheus(this.snapshot());
  }

  #count(event: NetEvent): void {
    switch (event.type) {
      case "net:connection_started":
        this.#started += 1;
        return;
      case "net:connection_ended":
        return this.#countEnd(event);
      case "net:connection_refused":
        this.#refused[event.why] = (this.#refused[event.why] ?? 0) + 1;
        return;
      case "net:connection_timeout":
        this.#timeouts[event.which] = (this.#timeouts[event.which] ?? 0) + 1;
        return;
      case "net:connection_waiting":
        this.#waited += 1;
        return;
      case "net:handshake_failed":
        this.#handshakesFailed += 1;
        return;
      case "net:accept_failed":
        this.#acceptsFailed += 1;
        return;
      case "net:alarm":
        this.#alarms += 1;
        return;
      case "net:drained":
        this.#drains += 1;
        this.#cut += event.cut;
    }
  }

  #countEnd(event: ConnectionEnded): void {
    this.#endedAll += 1;
    this.#ended[endKind(event.reason)] += 1;
    this.#bytesRead += event.bytesRead;
    this.#bytesWritten += event.bytesWritten;
    this.#packetsRead += event.packetsRead;
    this.#packetsWritten += event.packetsWritten;
    this.#durationMs += event.durationMs;
  }
}

function endKind(reason: ExitReason): EndKind {
  if (reason === "normal") return "normal";
  if (reason === "killed") return "killed";
  return isCleanExit(reason) ? "shutdown" : "crashed";
}

type Metric = readonly [
  name: string,
  type: "gauge" | "counter",
  help: string,
  /** A number, or one for each value of a label. */
  value: number | { readonly label: string; readonly values: Readonly<Record<string, number>> },
];

function formatPrometheus(counts: NetMetricsSnapshot): string {
  const metrics: readonly Metric[] = [
    ["net_connections", "gauge", "Connections open now.", counts.connections],
    ["net_connections_started_total", "counter", "Connections that were taken.", counts.started],
    [
      "net_connections_ended_total",
      "counter",
      "Connections that ended.",
      { label: "kind", values: counts.ended },
    ],
    [
      "net_connections_refused_total",
      "counter",
      "Connections closed before they had a process.",
      { label: "why", values: counts.refused },
    ],
    [
      "net_connection_timeouts_total",
      "counter",
      "Times that connections let pass.",
      { label: "which", values: counts.timeouts },
    ],
    ["net_connections_waited_total", "counter", "Connections that had to wait for a place.", counts.waited],
    [
      "net_handshakes_failed_total",
      "counter",
      "Handshakes and proxy headers that failed.",
      counts.handshakesFailed,
    ],
    ["net_accepts_failed_total", "counter", "Failures to take connections.", counts.acceptsFailed],
    ["net_alarms_total", "counter", "Alarms about many connections.", counts.alarms],
    ["net_drains_total", "counter", "Drains that are done.", counts.drains],
    ["net_connections_cut_total", "counter", "Connections cut at a drain's deadline.", counts.cut],
    ["net_read_bytes_total", "counter", "Bytes read by connections that ended.", counts.bytesRead],
    ["net_written_bytes_total", "counter", "Bytes written by connections that ended.", counts.bytesWritten],
    ["net_read_packets_total", "counter", "Packets read by connections that ended.", counts.packetsRead],
    [
      "net_written_packets_total",
      "counter",
      "Packets written by connections that ended.",
      counts.packetsWritten,
    ],
    [
      "net_connection_seconds_total",
      "counter",
      "How long connections that ended had been open.",
      counts.durationMs / 1_000,
    ],
  ];
  return metrics.map(formatMetric).join("");
}

function formatMetric([name, type, help, value]: Metric): string {
  const lines =
    typeof value === "number"
      ? [`${name} ${value}`]
      : Object.entries(value.values).map(([key, count]) => `${name}{${value.label}="${key}"} ${count}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}
