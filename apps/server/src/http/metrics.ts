/** What a Prometheus is told: counts and sizes, nothing of what anybody said or is called. */

import type { StorageStatus } from "@wheelhouse/storage";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { StoreCounts } from "../store/counts.ts";

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
  devicesOnline(): number;
  storage(): Promise<StorageStatus>;
  stored(): Promise<StoreCounts>;
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
    addGauge(registry, name, help, read);
  const counter = (name: string, help: string, read: () => number) =>
    addCounter(
      registry,
      { name, help },
      async () => read(),
      (to: Counter, count) => to.inc(count),
    );
  const { connections } = gauges;
  gauge("wheelhouse_http_connections", "Open connections to the web port.", () => connections.open);
  counter(
    "wheelhouse_http_connections_evicted_total",
    "Connections closed to make room.",
    () => connections.evicted,
  );
  counter(
    "wheelhouse_http_connections_refused_total",
    "Connections refused for want of room.",
    () => connections.refused,
  );
  gauge("wheelhouse_live_pages", "Pages that watch.", () => gauges.livePages());
  gauge("wheelhouse_device_connections", "Open connections to the device port.", () =>
    gauges.deviceConnections(),
  );
  gauge("wheelhouse_devices_online", "Devices that are connected.", () => gauges.devicesOnline());
  gauge("wheelhouse_passwords_waiting", "Passwords that wait to be hashed.", () => gauges.passwords.waiting);
  gauge("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  counter("process_cpu_seconds_total", "Processor time.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge("nodejs_heap_size_used_bytes", "Memory that JavaScript uses.", () => process.memoryUsage().heapUsed);
  addStorage(registry, gauges);
}

function addGauge(
  registry: Registry,
  name: string,
  help: string,
  read: () => number | Promise<number>,
): void {
  const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => show(gauge, read) });
}

/** What is counted elsewhere: `tell` counts from zero. What can't be read stays what it was, since no count falls. */
function addCounter<Counts, Label extends string = never>(
  registry: Registry,
  about: { readonly name: string; readonly help: string; readonly labelNames?: readonly Label[] },
  read: () => Promise<Counts>,
  tell: (to: Counter<Label>, counts: Counts) => void,
): void {
  const counter: Counter<Label> = new Counter({
    ...about,
    registers: [registry],
    async collect() {
      const counts = await read().catch(() => undefined);
      if (counts === undefined) return;
      counter.reset();
      tell(counter, counts);
    },
  });
}

function addStorage(registry: Registry, gauges: Gauges): void {
  const status = shared(() => gauges.storage());
  const stored = shared(() => gauges.stored());

  function gauge(name: string, help: string, of: (status: StorageStatus) => number): void {
    addGauge(registry, name, help, async () => of(await status()));
  }

  function counter<Label extends string = never>(
    name: string,
    help: string,
    tell: (to: Counter<Label>, counts: StoreCounts) => void,
    labelNames: readonly Label[] = [],
  ): void {
    addCounter(registry, { name, help, labelNames }, stored, tell);
  }

  gauge("wheelhouse_storage_bytes", "Of all that is stored.", ({ bytes }) => bytes);
  gauge("wheelhouse_storage_segments", "Segments that are stored.", ({ segments }) => segments);
  gauge(
    "wheelhouse_index_lag_entries",
    "Log entries that are stored but not in the index yet.",
    ({ indexLagEntries }) => indexLagEntries,
  );
  gauge(
    "wheelhouse_index_lag_samples",
    "Values that are stored but not in the index yet.",
    ({ indexLagSamples }) => indexLagSamples,
  );
  counter("wheelhouse_log_entries_total", "Log entries stored.", (to, { logEntries }) => to.inc(logEntries));
  counter("wheelhouse_values_total", "Values of variables stored.", (to, { values }) => to.inc(values));
  counter("wheelhouse_markers_total", "Markers stored.", (to, { markers }) => to.inc(markers));
  counter(
    "wheelhouse_writes_total",
    "Writes by the state they came into.",
    (to, { writes }) => {
      for (const [state, count] of Object.entries(writes)) to.inc({ state }, count);
    },
    ["state"],
  );
}

/** What can't be read isn't told; that is no reason to tell nothing of the rest. */
async function show(gauge: Gauge, read: () => number | Promise<number>): Promise<void> {
  try {
    gauge.set(await read());
  } catch {
    gauge.remove();
  }
}

/** Asks once for all who ask while the answer is awaited. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () =>
    (asked ??= ask().finally(() => {
      asked = undefined;
    }));
}
