/** `npm run bench -- NAME`: runs one measurement or proof, after saying on what. */

import { cpus } from "node:os";
import { otpRelease } from "./otp-differential/play-there.ts";

interface Bench {
  run(args: readonly string[]): Promise<void>;
}

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  actors: () => import("./actors/main.ts"),
  casts: () => import("./actors/casts.ts"),
  calls: () => import("./actors/calls.ts"),
  "queued-calls": () => import("./actors/queued-calls.ts"),
  children: () => import("./actors/children.ts"),
  memory: () => import("./actors/memory.ts"),
  fairness: () => import("./actors/fairness.ts"),
  net: () => import("./net/main.ts"),
  "net-lines": () => import("./net/lines.ts"),
  "net-round-trips": () => import("./net/round-trips.ts"),
  "net-long-lines": () => import("./net/long-lines.ts"),
  "net-idle-memory": () => import("./net/idle-memory.ts"),
  "net-accepts": () => import("./net/accepts.ts"),
  "net-churn": () => import("./net/churn.ts"),
  "net-endless-line": () => import("./net/endless-line.ts"),
  "net-sleeper": () => import("./net/sleeper.ts"),
  "net-descriptors": () => import("./net/descriptors.ts"),
  storage: () => import("./storage/main.ts"),
  "storage-ingest": () => import("./storage/ingest.ts"),
  "storage-search": () => import("./storage/search.ts"),
  "storage-history": () => import("./storage/history.ts"),
  "storage-open": () => import("./storage/open.ts"),
  "storage-disk": () => import("./storage/disk.ts"),
  server: () => import("./server/main.ts"),
  "server-logs": () => import("./server/logs.ts"),
  "server-values": () => import("./server/values.ts"),
  "server-writes": () => import("./server/writes.ts"),
  "server-devices": () => import("./server/devices.ts"),
  live: () => import("./live/main.ts"),
  "otp-differential": () => import("./otp-differential/main.ts"),
  security: () => import("./security/main.ts"),
  "security-access": () => import("./security/access.ts"),
  "security-revocation": () => import("./security/revocation.ts"),
  "security-guesses": () => import("./security/guesses.ts"),
  "security-timing": () => import("./security/timing.ts"),
  "security-slow": () => import("./security/slow.ts"),
  "simulated-seeds": () => import("./simulated-seeds/main.ts"),
};

const [name = "", ...args] = process.argv.slice(2);
const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (load === undefined) {
  console.error(`expected the name of a bench, got: ${name === "" ? "none" : name}`);
  console.error(`npm run bench -- NAME, of ${Object.keys(BENCHES).join(", ")}`);
  process.exitCode = 1;
} else {
  console.log(await describeMachine());
  await (await load()).run(args);
}

async function describeMachine(): Promise<string> {
  const [first] = cpus();
  const otp = (await otpRelease()) ?? "absent";
  return `${cpus().length} × ${first?.model ?? "unknown"}, ${process.platform} ${process.arch}, Node.js ${process.version}, Erlang/OTP ${otp}`;
}
