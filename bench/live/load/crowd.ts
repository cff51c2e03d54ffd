/** All pages of the program, and the clock between a change and its arrival at each of them. */

import { setTimeout as wait } from "node:timers/promises";
import { API_PREFIX } from "@wheelhouse/api";
import { quantile } from "../../figure.ts";
import type { Parse } from "./heard.ts";
import { Page, type Place } from "./page.ts";
import { PeerSpeaker, ProbeDevice, personOf, type ProbeAddress, type Prober, type Stream } from "./prober.ts";

export interface Opening {
  readonly place: Place;
  readonly count: number;
  readonly reads: boolean;
}

export interface Changing {
  readonly by: "device" | "person" | "peer";
  readonly everyMs: number;
  readonly forMs: number;
  /** On until all that don't read were ended, at most for so long. */
  readonly untilEnded: boolean;
}

/** In milliseconds. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

export interface Arrivals {
  readonly changes: number;
  /** Of all arrivals at all pages. */
  readonly each: Quantiles;
  /** Of each change, its arrival at the last page. */
  readonly last: Quantiles;
  /** Changes that a page hadn't when the measurement ended. */
  readonly missing: number;
  /** Pages that read and were ended all the same. */
  readonly lost: number;
}

export interface Traffic {
  readonly messages: number;
  readonly bytes: number;
}

/** What became of the pages that don't read, in milliseconds after they had been opened. */
export interface Unread {
  readonly ended: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** What a page that reads was sent until then, as it went: `[after ms, bytes]`. */
  readonly offered: readonly (readonly [number, number])[];
}

export interface Verdict {
  readonly entries: number;
  /** Log entries that are stored and a page hasn't heard of, over all pages. */
  readonly lost: number;
  readonly doubled: number;
  readonly dropped: number;
  /** Values that a page shows and that aren't the newest, over all pages. */
  readonly stale: number;
  readonly values: number;
}

/** Pages that connect at a time. */
const AT_ONCE = 50;
const TOUCH_MS = 100;
/** Changes that are remembered: their times of sending. */
const MOST_CHANGES = 100_000;
/** For the last change to arrive everywhere. */
const LAST_MS = 20_000;
const PARSED = 64;

const readers: Page[] = [];
const unread: Page[] = [];
const sentAt = new Float64Array(MOST_CHANGES);
const lastAt = new Float64Array(MOST_CHANGES);
let sent = 0;
let firstMeasured = 1;
let delays: number[] = [];
let device: ProbeDevice | undefined;
let speaker: PeerSpeaker | undefined;
let probe: ProbeAddress | undefined;
let opened = 0;
let unreadSince = 0;
let offered: [number, number][] = [];

const parsed = new Map<string, ReturnType<Parse>>();
/** Many pages are told the same. */
const parse: Parse = (text) => {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const message = JSON.parse(text) as ReturnType<Parse>;
  parsed.set(text, message);
  if (parsed.size > PARSED) parsed.delete(parsed.keys().next().value ?? "");
  return message;
};

const events = {
  changed({ heard }: Page, since: number): void {
    const now = performance.now();
    for (let number = Math.max(since + 1, firstMeasured); number <= heard.probe; number += 1) {
      delays.push(now - (sentAt[number] ?? 0));
      lastAt[number] = now;
    }
  },
};

/** Resolves when each has its first message, or without one that it would read. */
export async function openPages({ place, count, reads }: Opening): Promise<void> {
  for (let left = count; left > 0; left -= AT_ONCE) {
    const pages = Array.from({ length: Math.min(left, AT_ONCE) }, () => {
      opened += 1;
      return new Page(place, opened % 2_000, reads, events, parse);
    });
    await Promise.all(pages.map((page) => page.opened));
    for (const page of pages) page.heard.probe = sent;
    (reads ? readers : unread).push(...pages);
  }
  if (reads) return;
  unreadSince = performance.now();
  offered = [[0, 0]];
}

/** The newest so many that read. */
export async function closePages({ count }: { readonly count: number }): Promise<void> {
  for (const page of readers.splice(-count)) await page.close();
}

export async function joinProbe(address: ProbeAddress): Promise<void> {
  probe = address;
  device = await ProbeDevice.join(address);
}

/** Who makes the changes on a peer; with a stream, who says more beside. */
export async function speakOnPeer({
  port,
  stream,
}: {
  readonly port: number;
  readonly stream?: Stream;
}): Promise<void> {
  speaker?.end();
  speaker = await PeerSpeaker.join(port);
  if (stream !== undefined) speaker.stream(stream);
}

export async function makeChanges(changing: Changing): Promise<Arrivals & { readonly unread: Unread }> {
  const prober = proberOf(changing.by);
  const watching = setInterval(watchUnread, TOUCH_MS);
  firstMeasured = sent + 1;
  delays = [];
  try {
    await makeAll(prober, changing);
  } finally {
    clearInterval(watching);
  }
  return { ...arrivals(), unread: unreadSoFar() };
}

function proberOf(by: Changing["by"]): Prober {
  const prober = by === "device" ? device : by === "peer" ? speaker : probe && personOf(probe);
  if (prober === undefined) throw new Error(`expected a ${by}`);
  return prober;
}

async function makeAll(prober: Prober, { everyMs, forMs, untilEnded }: Omit<Changing, "by">): Promise<void> {
  const begun = performance.now();
  const isOver = () =>
    performance.now() - begun > forMs || (untilEnded && unread.every(({ ended }) => ended !== undefined));
  while (!isOver() && sent < MOST_CHANGES - 1) {
    sent += 1;
    sentAt[sent] = performance.now();
    prober.change(sent);
    // Now sooner, now later: a server's own rhythm isn't met at the same moment each time.
    await wait(everyMs * (0.75 + Math.random() / 2));
  }
  const latest = performance.now() + LAST_MS;
  while (readers.some(({ heard }) => heard.probe < sent) && performance.now() < latest) await wait(10);
}

function arrivals(): Arrivals {
  const numbers = Array.from({ length: sent + 1 - firstMeasured }, (_, index) => firstMeasured + index);
  const arrived = numbers.filter((number) => (lastAt[number] ?? 0) > 0);
  const last = arrived.map((number) => (lastAt[number] ?? 0) - (sentAt[number] ?? 0));
  return {
    changes: numbers.length,
    each: quantilesOf(delays),
    last: quantilesOf(last),
    missing: readers.length * numbers.length - delays.length,
    lost: readers.filter(({ ended }) => ended !== undefined).length,
  };
}

function quantilesOf(times: readonly number[]): Quantiles {
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), most: quantile(times, 1) };
}

function watchUnread(): void {
  if (unread.length === 0) return;
  for (const page of unread) page.touch();
  const { bytes } = readers[0]?.heard ?? { bytes: 0 };
  offered.push([performance.now() - unreadSince, bytes]);
}

function unreadSoFar(): Unread {
  const times = unread.map(({ endedAt }) => endedAt - unreadSince).filter((ms) => ms < Infinity);
  const from = offered[1]?.[1] ?? 0;
  return {
    ended: times.length,
    firstMs: Math.min(...times, 1e9),
    lastMs: Math.max(...times, 0),
    offered: offered.map(([ms, bytes]) => [ms, Math.max(0, bytes - from)]),
  };
}

/** What all pages that read were sent so far. */
export function countTraffic(): Traffic {
  let [messages, bytes] = [0, 0];
  for (const { heard } of readers) {
    messages += heard.messages;
    bytes += heard.bytes;
  }
  return { messages, bytes };
}

/** From now on each page remembers the newest value of each variable. */
export function watchValues(): void {
  for (const { heard } of readers) heard.keepsValues = true;
}

/** Holds what each page that reads has heard against what the server says by HTTP. */
export async function judgePages(address: ProbeAddress): Promise<Verdict> {
  const entries = await storedEntries(address);
  const newest = await newestValues(address);
  let [lost, stale, values, doubled, dropped] = [0, 0, 0, 0, 0];
  for (const { heard } of readers) {
    for (const id of entries) if (id > heard.offset && !heard.hasLog(id)) lost += 1;
    for (const [name, value] of heard.values) if (newest.get(name) !== value) stale += 1;
    values += heard.values.size;
    doubled += heard.doubled;
    dropped += heard.dropped;
  }
  return { entries: entries.length, lost, stale, values, doubled, dropped };
}

async function storedEntries(address: ProbeAddress): Promise<readonly number[]> {
  const text = await (await ask(address, "/export?kind=logs&format=ndjson")).text();
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => (JSON.parse(line) as { id: number }).id);
}

async function newestValues(address: ProbeAddress): Promise<ReadonlyMap<string, unknown>> {
  const { devices } = (await (await ask(address, "/devices")).json()) as { devices: { id: string }[] };
  const newest = new Map<string, unknown>();
  for (const { id } of devices) {
    const { variables } = (await (await ask(address, `/devices/${id}/variables`)).json()) as {
      variables: { name: string; reported: { value: unknown } | null }[];
    };
    for (const { name, reported } of variables) newest.set(`${id} ${name}`, reported?.value);
  }
  return newest;
}

async function ask({ httpPort, cookie, project }: ProbeAddress, path: string): Promise<Response> {
  const address = `http://127.0.0.1:${httpPort}${API_PREFIX}/projects/${project}${path}`;
  const answer = await fetch(address, { headers: { cookie } });
  if (!answer.ok) throw new Error(`expected ${path}, got: ${answer.status}`);
  return answer;
}
