/** What a Prometheus is told: counts and sizes, nothing of what anybody said or is called. */

import { Counter, Gauge, Histogram, Registry } from "prom-client";

export interface Metrics {
  readonly registry: Registry;
  /** An answered request; `route` is its pattern, never its address. */
  answered(route: string, method: string, status: number, seconds: number): void;
  readonly logIns: Counter<"outcome">;
  readonly passwordHashes: Counter;
}

/** What is read when it is asked for. */
export interface Gauges {
  readonly connections: { readonly open: number; readonly evicted: number; readonly refused: number };
  readonly passwords: { readonly waiting: number };
  livePages(): Promise<number>;
  deviceConnections(): Promise<number>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: "wheelhouse_http_request_seconds",
    help: "How long requests took until their answer was sent.",
    labelNames: ["route", "method", "status"],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers,
  });
  return {
    registry,
    answered: (route, method, status, seconds) =>
      requests.observe({ route, method, status: String(status) }, seconds),
    logIns: new Counter({
      name: "wheelhouse_log_ins_total",
      help: "Tries to log in, by what became of them.",
      labelNames: ["outcome"],
      registers,
    }),
    passwordHashes: new Counter({
      name: "wheelhouse_password_hashes_total",
      help: "Passwords hashed, to store or to compare.",
      registers,
    }),
  };
}

/** Adds what the other parts say when they are asked. */
export function addGauges({ registry }: Metrics, gauges: Gauges): void {
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await read());
      },
    });
  const { connections } = gauges;
  gauge("wheelhouse_http_connections", "Open connections to the web port.", () => connections.open);
  gauge(
    "wheelhouse_http_connections_evicted",
    "Connections closed to make room, since the start.",
    () => connections.evicted,
  );
  gauge(
    "wheelhouse_http_connections_refused",
    "Connections refused for want of room, since the start.",
    () => connections.refused,
  );
  gauge("wheelhouse_live_pages", "Pages that watch.", () => gauges.livePages());
  gauge("wheelhouse_device_connections", "Open connections to the device port.", () =>
    gauges.deviceConnections(),
  );
  gauge("wheelhouse_passwords_waiting", "Passwords that wait to be hashed.", () => gauges.passwords.waiting);
  gauge("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  gauge("process_cpu_seconds", "Processor time, since the start.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge("nodejs_heap_used_bytes", "Memory that JavaScript uses.", () => process.memoryUsage().heapUsed);
}
