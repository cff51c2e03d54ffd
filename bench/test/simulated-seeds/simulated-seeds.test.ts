/** The short form of `npm run bench -- simulated-seeds`, and the proof that it would find what it looks for. */

import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { CHECKS } from "../../simulated-seeds/check.ts";
import { generate } from "../../simulated-seeds/generate.ts";
import { formatFindings, playSeed, run, type Played } from "../../simulated-seeds/main.ts";
import { play } from "../../simulated-seeds/play.ts";
import { hashOf, type Entry, type Happening, type Trace } from "../../simulated-seeds/trace.ts";

const SEEDS = 150;

const played: Played[] = [];

beforeAll(async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) played.push(await playSeed(seed, false));
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

test("150 random programs break no invariant (1–29)", () => {
  const broken = played.filter(({ findings }) => findings.length > 0);
  expect(broken.map(formatFindings).join("\n")).toBe("");
});

test("a seed makes the same plan and the same trace again, another seed others", async () => {
  for (const seed of [1, 17, 42, 99]) {
    expect(generate(seed)).toEqual(generate(seed));
    expect(hashOf(await play(generate(seed)))).toBe(hashOf(played[seed - 1]?.trace ?? []));
  }
  expect(new Set(played.map(({ trace }) => hashOf(trace))).size).toBe(SEEDS);
});

test("the programs show everything that can happen", () => {
  const all = played.flatMap(({ trace }) => trace);
  const types: readonly Happening["type"][] = [
    ...(["born", "started", "ended", "ignored", "supervises", "child", "child_stopped"] as const),
    ...(["child_forgotten", "child_requested", "restarted", "gave_up", "sent", "received"] as const),
    ...(["subscribed", "unsubscribed", "broadcast", "heard", "timer_set", "timer_cancelled"] as const),
    ...(["timer_fired", "asked", "answered", "outcome", "linked", "unlinked", "monitored"] as const),
    ...(["demonitored", "down", "trapped", "signalled", "registered", "unregistered"] as const),
    ...(["task", "task_ran", "task_awaited", "task_outcome", "seen"] as const),
  ];
  const seen = new Set(all.map(({ type }) => type));
  expect(types.filter((type) => !seen.has(type))).toEqual([]);
  const outcomes = all.flatMap((entry) => (entry.type === "outcome" ? [entry.outcome.kind] : []));
  expect(new Set(outcomes)).toEqual(new Set(["value", "exited", "timeout", "noproc", "self_call"]));
  const ofTasks = all.flatMap((entry) => (entry.type === "task_outcome" ? [entry.outcome.kind] : []));
  expect(new Set(ofTasks)).toEqual(new Set(["value", "exited", "timeout"]));
  const ways = all.flatMap((entry) => (entry.type === "sent" ? [entry.how] : []));
  expect(new Set(ways)).toEqual(new Set(["cast", "call", "info"]));
  const sights = all.flatMap((entry) => (entry.type === "seen" ? [entry] : []));
  for (const what of ["alive", "names", "entries", "subscribers"] as const)
    expect(sights.some((sight) => sight.quiet && sight[what].length > 0)).toBe(true);
});

/** A change to one entry of a real trace, and the invariant that it breaks. */
interface Mutation {
  readonly mutation: string;
  readonly invariant: string;
  /** Whether it can't but break it; one that loses something may lose what the receiver's end would have lost too. */
  readonly always: boolean;
  /** Undefined where it can't be made. */
  readonly mutate: (trace: Trace, place: number) => Trace | undefined;
}

function losing(type: Happening["type"], invariant: string): Mutation {
  const mutate: Mutation["mutate"] = (trace, place) =>
    trace[place]?.type === type ? trace.toSpliced(place, 1) : undefined;
  return { mutation: `one "${type}" less`, invariant, always: false, mutate };
}

function doubling(type: Happening["type"], invariant: string): Mutation {
  const mutate: Mutation["mutate"] = (trace, place) => {
    const entry = trace[place];
    return entry?.type === type ? trace.toSpliced(place, 0, entry) : undefined;
  };
  return { mutation: `one "${type}" more`, invariant, always: true, mutate };
}

/** Two messages to one receiver, the later one first. */
const turningRound: Mutation = {
  mutation: "two messages of one sender change places",
  invariant: "no order is turned round",
  always: true,
  mutate(trace, place) {
    const entry = trace[place];
    if (entry?.type !== "received") return undefined;
    const sender = senderOf(trace.slice(0, place), entry.message);
    const next = trace.findIndex(
      (other, later) =>
        later > place &&
        other.type === "received" &&
        other.by === entry.by &&
        senderOf(trace.slice(0, place), other.message) === sender,
    );
    return next === -1 ? undefined : trace.with(place, trace[next] as Entry).with(next, entry);
  },
};

const outliving: Mutation = {
  mutation: "a message is received after the receiver's end",
  invariant: "the dead do nothing",
  always: true,
  mutate(trace, place) {
    const entry = trace[place];
    if (entry?.type !== "received") return undefined;
    const end = trace.findIndex((other) => other.type === "ended" && other.process === entry.by);
    return end === -1 ? undefined : trace.toSpliced(end + 1, 0, entry);
  },
};

const restartingOn: Mutation = {
  mutation: "a supervisor restarts without end",
  invariant: "no restart goes beyond the intensity",
  always: true,
  mutate(trace, place) {
    const entry = trace[place];
    return entry?.type === "restarted"
      ? trace.toSpliced(place, 0, ...Array.from({ length: 40 }, () => entry))
      : undefined;
  },
};

const leaving: Mutation = {
  mutation: "an entry stays",
  invariant: "names, entries and subscriptions go with their owner",
  always: true,
  mutate(trace, place) {
    const entry = trace[place];
    return entry?.type === "seen"
      ? trace.with(place, { ...entry, entries: [...entry.entries, "north 9999"] })
      : undefined;
  },
};

function senderOf(trace: Trace, message: number): number | undefined {
  const sending = trace.find((entry) => entry.type === "sent" && entry.message === message);
  return sending?.type === "sent" ? sending.from : undefined;
}

const MUTATIONS: readonly Mutation[] = [
  losing("ended", "no process is lost"),
  doubling("ended", "no process is lost"),
  losing("restarted", "no restart goes beyond the intensity"),
  restartingOn,
  losing("down", "each monitor fires exactly once"),
  doubling("down", "each monitor fires exactly once"),
  turningRound,
  losing("received", "each message arrives once, and only where it was sent"),
  doubling("received", "each message arrives once, and only where it was sent"),
  losing("heard", "each message arrives once, and only where it was sent"),
  doubling("heard", "each message arrives once, and only where it was sent"),
  losing("timer_fired", "each timer fires once, in time"),
  doubling("timer_fired", "each timer fires once, in time"),
  losing("outcome", "each call has exactly one outcome"),
  doubling("outcome", "each call has exactly one outcome"),
  losing("answered", "each call has exactly one outcome"),
  losing("trapped", "links carry ends"),
  doubling("trapped", "links carry ends"),
  losing("unregistered", "names, entries and subscriptions go with their owner"),
  leaving,
  losing("task_outcome", "each awaited task has exactly one outcome"),
  doubling("task_outcome", "each awaited task has exactly one outcome"),
  outliving,
];

describe("in real traces", () => {
  test.each(MUTATIONS)("is found: $mutation", ({ invariant, always, mutate }) => {
    const check = CHECKS[invariant];
    let [made, found] = [0, 0];
    for (const { trace } of played.slice(0, 30)) {
      for (let place = 0; place < trace.length && made < 150; place += 1) {
        const mutated = mutate(trace, place);
        if (mutated === undefined) continue;
        made += 1;
        if ((check?.(mutated) ?? []).length > 0) found += 1;
      }
    }
    expect(made).toBeGreaterThan(20);
    expect(found).toBeGreaterThanOrEqual(always ? made : 5);
  });

  test("every invariant is broken by one of these", () => {
    expect(new Set(MUTATIONS.map(({ invariant }) => invariant))).toEqual(new Set(Object.keys(CHECKS)));
  });
});

describe("the command", () => {
  async function linesOf(args: readonly string[]): Promise<readonly string[]> {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await run(args);
    return log.mock.calls.map(([line]) => String(line));
  }

  test("says how many seeds it played, and no progress where nobody looks", async () => {
    const write = vi.spyOn(process.stdout, "write");
    const lines = await linesOf(["--seeds", "3", "--first", "5"]);
    expect(lines.at(-1)).toBe("simulated-seeds: 3 seeds from 5 on, 0 of them break an invariant");
    expect(lines.at(-2)).toMatch(/^simulated-seeds: \d+ processes, .* tasks$/);
    expect(write).not.toHaveBeenCalled();
    expect(process.exitCode).toBe(0);
  });

  test("prints a trace that is asked for", async () => {
    const lines = await linesOf(["--seeds", "1", "--first", "9", "--trace"]);
    expect(lines.slice(0, -2).map((line) => JSON.parse(line) as unknown)).toEqual(played[8]?.trace);
  });

  test("says of a broken invariant what is wrong, and how to play only this seed", () => {
    const findings = [{ invariant: "no process is lost", defect: "#7 is lost" }];
    expect(formatFindings({ seed: 17, trace: [], findings }).split("\n")).toEqual([
      "seed 17 breaks an invariant",
      "  no process is lost: #7 is lost",
      "  npm run bench -- simulated-seeds --seeds 1 --first 17 --trace",
    ]);
  });

  test("fails when an invariant is broken", async () => {
    const broken = CHECKS["no process is lost"];
    const checks = CHECKS as Record<string, typeof broken>;
    checks["no process is lost"] = () => ["#7 is lost"];
    try {
      const lines = await linesOf(["--seeds", "2", "--first", "1"]);
      expect(lines.at(-1)).toBe("simulated-seeds: 2 seeds from 1 on, 2 of them break an invariant");
      expect(lines[0]).toContain("no process is lost: #7 is lost");
      expect(process.exitCode).toBe(1);
    } finally {
      checks["no process is lost"] = broken;
    }
  });

  test.each(["0", "-1", "many"])("refuses %s seeds", async (count) => {
    await expect(run([`--seeds=${count}`])).rejects.toThrow(
      `expected --seeds to be a positive integer, got: ${count}`,
    );
  });
});
