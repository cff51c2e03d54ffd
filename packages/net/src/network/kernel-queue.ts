/** How much of what was written on a TCP connection its peer's kernel hasn't taken; where ours says so (proc_net_tcp(5)). */

import { readFile } from "node:fs/promises";
import { isIPv4 } from "node:net";
import type { Endpoint } from "./network.ts";

const FILES = ["/proc/net/tcp", "/proc/net/tcp6"];

/** Both ends, their state, and what is queued. */
const ROW = /^ *\d+: (\S+ \S+) \S+ ([0-9A-F]+):/gm;

type Queues = ReadonlyMap<string, number>;

/** All who ask meanwhile share it: it lists every connection of the machine. */
let reading: Promise<Queues> | undefined;

/** `undefined` on other platforms, and of a connection that is gone. */
export async function queuedByKernel(local: Endpoint, remote: Endpoint): Promise<number | undefined> {
  reading ??= readQueues();
  const queues = await reading;
  return queues.get(`${toHex(local)} ${toHex(remote)}`);
}

async function readQueues(): Promise<Queues> {
  const texts = await Promise.all(FILES.map((file) => readFile(file, "latin1").catch(() => "")));
  reading = undefined;
  const rows = texts.flatMap((text) => Array.from(text.matchAll(ROW)));
  return new Map(rows.map(([, ends = "", bytes = ""]) => [ends, Number.parseInt(bytes, 16)]));
}

/** As it stands there: words of 32 bits, each as this machine keeps it in memory. */
function toHex({ host, port }: Endpoint): string {
  const bytes = isIPv4(host) ? host.split(".").map(Number) : bytesOfIPv6(host);
  const memory = Buffer.from(bytes).swap32().toString("hex");
  return `${memory}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
}

const IPV6_GROUPS = 8;

/** RFC 4291, section 2.2; an IPv4 address may stand at its end, and a zone behind it. */
function bytesOfIPv6(host: string): readonly number[] {
  const [address = ""] = host.split("%");
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((word) => word.toString(16)).join(":"),
  );
  const [before = [], after = []] = hex
    .split("::")
    .map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: IPV6_GROUPS - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].flatMap((group) => {
    const word = Number.parseInt(group, 16);
    return [word >> 8, word & 255];
  });
}
