/** `npm run bench -- live`: one change to a thousand pages, alone and in a stream, and while some of the pages never read. */

import { atMost, atMostTimes, printFigures, type Figure } from "../figure.ts";
import type { Child } from "../net/child.ts";
import { withEnded } from "../net/servers.ts";
import { startDevices, startOnLoadCore } from "../server/children.ts";
import { startServer } from "../server/our-server.ts";
import { Others } from "../server/others.ts";
import { sizesFrom } from "../storage/sizes.ts";
import type { Verdict } from "./load/crowd.ts";
import { microseconds, type Measured } from "./measured.ts";
import { Ours, type WithUnread } from "./ours.ts";
import { Peers, startPeer } from "./peers.ts";

export interface LiveSize {
  readonly pages: number;
  /** Of these, that never read. */
  readonly unread: number;
  /** Of each measurement. */
  readonly seconds: number;
  /** For all that never read to be ended. */
  readonly mostSeconds: number;
  /** Of log entries that one device says in a line, four times a second, while another says values. */
  readonly entries: number;
}

export const FULL: LiveSize = { pages: 1_000, unread: 100, seconds: 10, mostSeconds: 60, entries: 40 };

const CEILING_MS = 100;
const LATER = 1.2;
const PROCESSOR_TIMES = 1.5;
/** 10 s after its 256 KiB were full, cut half a second later; the rest is how it is seen: its peer doesn't read either. */
const ENDED_S = 13;
/** What may be unsent for one that never reads. */
const MEMORY_KIB = 1_024;

export async function run(args: readonly string[]): Promise<void> {
  printFigures(await measure(sizesFrom(args, FULL)));
}

export function measure(size: LiveSize): Promise<readonly Figure[]> {
  const starts = [startServer, startDevices, startPages, startPages, startPeer] as const;
  return withEnded(starts, async ([server, devices, pages, peerPages, peer]) => {
    const all = [server, devices, pages, peerPages, peer].map(({ pid }) => pid);
    const ours = new Ours(size, server, devices, pages);
    const peers = new Peers(size, peer, peerPages);
    await peers.open();
    await ours.open();
    const alone = await beside(all, ours.alone());
    const peerAlone = await beside(all, peers.alone());
    const person = await beside(all, ours.person());
    const stream = await beside(all, ours.stream());
    const peerStream = await beside(all, peers.stream(stream));
    await peers.close();
    const unread = await beside(all, ours.unread());
    const again = await beside(all, ours.stream());
    const verdict = await ours.judge();
    return [
      ...arrivalFigures("one change to all pages", alone, peerAlone),
      ...personFigures(person),
      ...arrivalFigures("one change in a stream to all pages", stream, peerStream),
      ...laterFigures([stream, again], unread),
      ...processorFigures([alone, peerAlone], [stream, peerStream], unread),
      ...lossFigures([alone, person, stream, unread, again], verdict),
      ...unreadFigures(size, unread),
    ];
  });
}

/** With what others did meanwhile: of a time that they had a part in nothing is judged. */
type Beside<M> = M & { readonly others: Others };

async function beside<M extends Measured>(pids: readonly number[], work: Promise<M>): Promise<Beside<M>> {
  const others = new Others(pids);
  return { ...(await others.during(work)), others };
}

function startPages(): Promise<Child> {
  return startOnLoadCore("live/pages.ts");
}

function arrivalFigures(what: string, ours: Beside<Measured>, peer: Measured): readonly Figure[] {
  return ours.others.judge([
    atMost(`${what}, p99`, ours.each.p99, CEILING_MS, "ms", peer.each.p99),
    atMost(`${what}, at the last page, p99`, ours.last.p99, CEILING_MS, "ms", peer.last.p99),
  ]);
}

function personFigures({ each, others }: Beside<Measured>): readonly Figure[] {
  const what = "one change by a person to all pages, applied by the device, p99";
  return others.judge([atMost(what, each.p99, CEILING_MS, "ms")]);
}

/** Beside the mean of before and after, when all read. */
function laterFigures(allRead: readonly Beside<Measured>[], some: Beside<Measured>): readonly Figure[] {
  const what = "some never read: one change to each of the others";
  const busiest = [...allRead, some].toSorted((a, b) => b.others.share - a.others.share)[0] ?? some;
  const figures = (["p50", "p99"] as const).map((share) => {
    const mean = allRead.reduce((sum, { each }) => sum + each[share], 0) / allRead.length;
    return atMostTimes(`${what}, ${share}`, some.each[share], mean, LATER, "ms");
  });
  return busiest.others.judge(figures);
}

function processorFigures(
  [alone, peerAlone]: readonly [Measured, Measured],
  [stream, peerStream]: readonly [Measured, Measured],
  unread: Measured,
): readonly Figure[] {
  const row = (what: string, ours: Measured, peer: Measured, times: number) =>
    atMostTimes(
      `processor time of a message to a page, ${what}`,
      microseconds(ours),
      microseconds(peer),
      times,
      "µs",
    );
  return [
    row("one change", alone, peerAlone, PROCESSOR_TIMES),
    row("stream", stream, peerStream, PROCESSOR_TIMES),
    row("some never read, theirs not counted (peer: all read)", unread, stream, LATER),
  ];
}

function lossFigures(measured: readonly Measured[], verdict: Verdict): readonly Figure[] {
  const { entries, lost, doubled, dropped, stale, values } = verdict;
  console.log(`${entries} log entries stored; ${values} values shown in the end`);
  const lacking = measured.reduce((sum, { missing, lost: pages }) => sum + missing + pages, 0);
  return [
    atMost("changes that didn't reach a page, and pages that were cut", lacking, 0, ""),
    atMost("log entries lost, doubled or left out, of all pages", lost + doubled + dropped, 0, ""),
    atMost("values shown that aren't the newest, of all pages", values === 0 ? 1 : stale, 0, ""),
  ];
}

function unreadFigures({ unread: count }: LiveSize, some: Beside<WithUnread>): readonly Figure[] {
  const kib = Math.max(0, some.mostBytes - some.beforeBytes) / 1_024 / count;
  const ended = "from 256 KiB unsent to the end of such a page (estimated)";
  return [
    atMost("pages that never read and weren't ended", count - some.unread.ended, 0, ""),
    ...some.others.judge([atMost(ended, some.endedS, ENDED_S, "s")]),
    atMost("memory beside, at most, for each such page", kib, MEMORY_KIB, "KiB"),
  ];
}
