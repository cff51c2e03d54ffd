/** Each check finds what it looks for: a small trace that is good, and the same broken in one place. */

import { describe, expect, test } from "vitest";
import { CHECKS } from "../../simulated-seeds/check.ts";
import type { Entry, Happening, Sight, Trace } from "../../simulated-seeds/trace.ts";

interface Case {
  readonly invariant: string;
  readonly broken: string;
  readonly good: Trace;
  readonly bad: Trace;
  readonly finds: string;
}

const MONITORS = "each monitor fires exactly once";
const ORDER = "no order is turned round";
const MESSAGES = "each message arrives once, and only where it was sent";
const TIMERS = "each timer fires once, in time";
const CALLS = "each call has exactly one outcome";
const LINKS = "links carry ends";
const ENTRIES = "names, entries and subscriptions go with their owner";
const TASKS = "each awaited task has exactly one outcome";
const SILENCE = "the dead do nothing";
const PROCESSES = "no process is lost";
const RESTARTS = "no restart goes beyond the intensity";

const at = (time: number, happening: Happening): Entry => ({ at: time, ...happening });
const entry = (happening: Happening): Entry => at(0, happening);

const born = (process: number, more: Partial<Happening & { type: "born" }> = {}): Entry =>
  entry({ type: "born", process, slot: `w${process}`, parent: 0, traps: false, name: undefined, ...more });
const ended = (process: number, reason = "boom", left: readonly string[] = []): Entry =>
  entry({ type: "ended", process, reason, left });
const seen = (alive: readonly number[], more: Partial<Sight> = {}): Entry =>
  at(100, {
    type: "seen",
    quiet: true,
    over: false,
    alive,
    described: alive,
    names: [],
    entries: [],
    subscribers: [],
    ...more,
  });
const sent = (message: number, from: number, to: number): Entry =>
  entry({ type: "sent", message, from, to, how: "cast" });
const received = (message: number, by: number): Entry => entry({ type: "received", message, by });
const down = (by: number, of: number, reason = "boom"): Entry => entry({ type: "down", by, of, reason });

/** Broken by leaving out, or adding, what stands at a place. */
const without = (trace: Trace, place: number): Trace => trace.toSpliced(place, 1);
const withMore = (trace: Trace, place: number, ...more: readonly Entry[]): Trace =>
  trace.toSpliced(place, 0, ...more);

function casesOf(
  invariant: string,
  good: Trace,
  broken: readonly (readonly [string, Trace, string])[],
): Case[] {
  return broken.map(([name, bad, finds]) => ({ invariant, broken: name, good, bad, finds }));
}

const watched = [
  born(1),
  born(2),
  entry({ type: "monitored", by: 1, of: 2 }),
  ended(2),
  down(1, 2),
  entry({ type: "monitored", by: 1, of: 2 }),
  down(1, 2, "noproc"),
  seen([1]),
];
const demonitored = [
  born(1),
  born(2),
  entry({ type: "monitored", by: 1, of: 2 }),
  entry({ type: "demonitored", by: 1, of: 2 }),
  ended(2),
  seen([1]),
];

const supervised = [
  born(1, { slot: "s1", traps: true }),
  entry({ type: "supervises", supervisor: 1, together: false, restarts: 1, withinMs: 10 }),
  entry({ type: "child", supervisor: 1, slot: "w2", restart: "permanent" }),
  born(2, { parent: 1 }),
  ended(2),
  at(5, { type: "restarted", supervisor: 1 }),
  born(3, { slot: "w2", parent: 1 }),
  seen([1, 3]),
];

const delivered = [
  born(1),
  born(2),
  sent(1, 1, 2),
  sent(2, 1, 2),
  received(1, 2),
  received(2, 2),
  seen([1, 2]),
];
const broadcast = [
  born(1),
  born(2),
  entry({ type: "subscribed", by: 2, topic: "news", bounded: false }),
  entry({ type: "subscribed", by: 2, topic: "news", bounded: true }),
  entry({ type: "broadcast", message: 1, from: 1, topic: "news", skips: 0 }),
  entry({ type: "heard", message: 1, by: 2 }),
  seen([1, 2]),
];

const timed = [
  born(1),
  entry({ type: "timer_set", timer: 1, by: 1, dueAt: 5 }),
  entry({ type: "timer_set", timer: 2, by: 1, dueAt: 9 }),
  entry({ type: "timer_set", timer: 3, by: 1, dueAt: 9 }),
  at(1, { type: "timer_cancelled", timer: 3, by: 1 }),
  at(5, { type: "timer_fired", timer: 1, by: 1 }),
  at(9, { type: "timer_fired", timer: 2, by: 1 }),
  seen([1]),
];

const asked = (call: number, to: number, dueAt = 5): Entry =>
  entry({ type: "asked", call, from: 0, to, dueAt });
const outcome = (time: number, call: number, kind: "timeout" | "noproc" | "self_call"): Entry =>
  at(time, { type: "outcome", call, outcome: { kind } });
const valued = (call: number, value: number): Entry =>
  at(1, { type: "outcome", call, outcome: { kind: "value", value } });
const exited = (time: number, call: number, reason: string): Entry =>
  at(time, { type: "outcome", call, outcome: { kind: "exited", reason } });
const answered = [
  born(1),
  asked(1, 1),
  entry({ type: "answered", call: 1, value: 1 }),
  valued(1, 1),
  asked(2, 1),
  outcome(5, 2, "timeout"),
  seen([1]),
];
const askedItself = [
  born(1),
  entry({ type: "asked", call: 1, from: 1, to: 1, dueAt: 5 }),
  outcome(0, 1, "self_call"),
  seen([1]),
];
const unanswered = [born(1), asked(1, 1), ended(1), exited(0, 1, "boom"), seen([])];

const linked = [
  born(1),
  born(2),
  born(3, { traps: true }),
  entry({ type: "linked", by: 1, of: 2 }),
  entry({ type: "linked", by: 3, of: 1 }),
  ended(1),
  ended(2),
  entry({ type: "trapped", by: 3, from: 1, reason: "boom" }),
  seen([3]),
];

const entered = [
  born(1, { name: "room" }),
  entry({ type: "registered", by: 1, key: "north" }),
  entry({ type: "subscribed", by: 1, topic: "news", bounded: false }),
  seen([1], { names: ["room 1"], entries: ["north 1"], subscribers: ["news 1"] }),
  ended(1),
  seen([]),
];

const tasked = [
  born(1),
  entry({ type: "task", task: 7, owner: 1, linked: false, supervised: false }),
  entry({ type: "started", process: 2, parent: 1 }),
  entry({ type: "task_ran", task: 7, process: 2 }),
  entry({ type: "task_awaited", task: 7, dueAt: 5 }),
  ended(2, "normal"),
  at(1, { type: "task_outcome", task: 7, outcome: { kind: "value", value: 7 } }),
  seen([1]),
];

const CASES: readonly Case[] = [
  ...casesOf(PROCESSES, supervised, [
    ["an end isn't told", without(supervised, 4), "#2 hasn't ended, and isn't among"],
    ["an end is told twice", withMore(supervised, 5, ended(2)), "the end of #2 was told twice"],
    ["one ended is born", withMore(supervised, 5, born(2)), "#2 was born after its end"],
    ["one ended is still listed", supervised.with(7, seen([1, 2, 3])), "#2 is among the runtime's"],
    ["one isn't described", supervised.with(7, seen([1, 3], { described: [1] })), "isn't described"],
    ["a permanent child is missing", without(supervised, 6).with(6, seen([1])), "permanent child w2 of #1"],
    [
      "a child is there twice",
      withMore(supervised, 4, born(9, { slot: "w2", parent: 1 })),
      "hold one slot: #1 w2",
    ],
    ["something lives after the stop", supervised.with(7, seen([1, 3], { over: true })), "there live #1, #3"],
    ["it never rests", supervised.with(7, seen([1, 3], { over: true, quiet: false })), "never comes to rest"],
  ]),
  ...casesOf(RESTARTS, supervised, [
    [
      "one incident too many is within the time",
      withMore(supervised, 6, at(15, { type: "restarted", supervisor: 1 })),
      "#1 restarted more than 1 times in 10 ms",
    ],
    ["a restart isn't told", without(supervised, 5), "#1 bore w2 again, for which there was no incident"],
    [
      "one gives up too early",
      without(supervised, 5).with(5, at(5, { type: "gave_up", supervisor: 1 })),
      "#1 gave up after 0 of 1 restarts",
    ],
  ]),
  ...casesOf(MONITORS, watched, [
    ["none fires", without(watched, 4), "#1 wasn't told of the end of #2"],
    ["none fires for the dead", without(watched, 6), "#1 wasn't told of the end of #2"],
    ["one fires twice", withMore(watched, 5, down(1, 2)), "was told of already"],
    [
      "one fires with another reason",
      watched.with(4, down(1, 2, "normal")),
      "ended with normal, and it was boom",
    ],
    ["one fires before the end", withMore(watched, 3, down(1, 2)), "#1 was told of the end of #2"],
  ]),
  ...casesOf(MONITORS, demonitored, [
    ["one fires after a demonitor", withMore(demonitored, 5, down(1, 2)), "or not any more"],
  ]),
  ...casesOf(ORDER, delivered, [
    [
      "two change places",
      delivered.with(4, received(2, 2)).with(5, received(1, 2)),
      "#2 got message 1 of #1 after message 2",
    ],
  ]),
  ...casesOf(MESSAGES, delivered, [
    ["one is lost", without(delivered, 4), "#2 never got message 1"],
    ["one comes twice", withMore(delivered, 5, received(1, 2)), "#2 got message 1 more than 1 times"],
    ["one goes astray", withMore(delivered, 5, received(1, 1)), "#1 got message 1, which wasn't sent to it"],
  ]),
  ...casesOf(MESSAGES, broadcast, [
    ["a broadcast isn't heard", without(broadcast, 5), "#2 never got message 1"],
    [
      "a broadcast is heard more often than subscribed to",
      withMore(broadcast, 5, ...Array.from({ length: 2 }, () => entry({ type: "heard", message: 1, by: 2 }))),
      "more than 2 times",
    ],
    [
      "a broadcast is heard after unsubscribing",
      withMore(broadcast, 4, entry({ type: "unsubscribed", by: 2, topic: "news" })),
      "wasn't sent to it",
    ],
  ]),
  ...casesOf(TIMERS, timed, [
    ["one doesn't fire", without(timed, 5), "timer 1 of #1 was due at 5 ms, and hasn't fired"],
    ["one fires twice", withMore(timed, 6, timed[5] as Entry), "timer 1 fired twice"],
    ["one fires too early", timed.with(5, at(4, { type: "timer_fired", timer: 1, by: 1 })), "fired at 4 ms"],
    [
      "a cancelled one fires",
      withMore(timed, 7, at(9, { type: "timer_fired", timer: 3, by: 1 })),
      "was cancelled",
    ],
    [
      "two change places",
      timed.with(5, timed[6] as Entry).with(6, at(9, { type: "timer_fired", timer: 1, by: 1 })),
      "fired after one due at 9 ms",
    ],
    [
      "one fires elsewhere",
      timed.with(5, at(5, { type: "timer_fired", timer: 1, by: 2 })),
      "which didn't set it",
    ],
  ]),
  ...casesOf(CALLS, answered, [
    ["one has no outcome", without(answered, 3), "call 1 of #0 has no outcome"],
    ["one has two", withMore(answered, 4, outcome(5, 1, "timeout")), "call 1 has two outcomes"],
    ["one gets another's answer", answered.with(3, valued(1, 2)), "what isn't its answer: 2"],
    ["one gets an answer nobody gave", without(answered, 2), "was answered by nobody"],
    ["a time-out is late", answered.with(5, outcome(6, 2, "timeout")), "was settled at 6 ms"],
    ["a time-out is early", answered.with(5, outcome(4, 2, "timeout")), "timed out at 4 ms"],
    [
      "one fails though who was asked lives",
      answered.with(5, exited(1, 2, "boom")),
      "was told of an end with boom",
    ],
    ["one finds nobody", answered.with(5, outcome(0, 2, "noproc")), "and there was somebody"],
    [
      "one is taken for a call to itself",
      answered.with(5, outcome(0, 2, "self_call")),
      "as a call to itself",
    ],
    ["nobody asked", withMore(answered, 4, valued(3, 3)), "call 3 has an outcome, and nobody asked"],
  ]),
  ...casesOf(CALLS, askedItself, [
    [
      "one to itself waits",
      askedItself.with(2, outcome(5, 1, "timeout")),
      "went to itself, and wasn't refused",
    ],
  ]),
  ...casesOf(CALLS, unanswered, [
    ["a failure comes late", unanswered.with(3, exited(1, 1, "boom")), "was settled at 1 ms"],
    ["a failure is only a time-out", unanswered.with(3, outcome(5, 1, "timeout")), "was settled at 5 ms"],
    ["a failure has another reason", unanswered.with(3, exited(0, 1, "normal")), "and it was boom"],
  ]),
  ...casesOf(LINKS, linked, [
    ["one linked lives on", without(linked, 6).with(7, seen([2, 3])), "#2 outlived #1"],
    [
      "one linked ends of something else",
      linked.with(6, ended(2, "normal")),
      "#1 should have taken it along with boom",
    ],
    ["one that traps isn't told", without(linked, 7), "#3 wasn't told of the exit of #1"],
    ["one that traps is told twice", withMore(linked, 8, linked[7] as Entry), "and there was none"],
    [
      "one unlinked is told",
      withMore(linked, 5, entry({ type: "unlinked", by: 3, of: 1 })),
      "and there was none",
    ],
  ]),
  ...casesOf(ENTRIES, entered, [
    [
      "an entry is left",
      entered.with(5, seen([], { entries: ["north 1"] })),
      "the registry's entries are: north 1; and should be: ",
    ],
    ["a name is left", entered.with(5, seen([], { names: ["room 1"] })), "the names are: room 1"],
    [
      "a subscription is left",
      entered.with(5, seen([], { subscribers: ["news 1"] })),
      "the subscriptions are: news 1",
    ],
    [
      "a name is missing",
      entered.with(3, seen([1], { entries: ["north 1"], subscribers: ["news 1"] })),
      "should be: room 1",
    ],
    [
      "something is left as the end is told",
      entered.with(4, ended(1, "boom", ["north 1"])),
      "was still there",
    ],
    [
      "a key is taken twice",
      withMore(entered, 2, entry({ type: "registered", by: 1, key: "north" })),
      "took the key north",
    ],
  ]),
  ...casesOf(TASKS, tasked, [
    ["one has no outcome", without(tasked, 6), "task 7 of #1 has no outcome"],
    ["one has two", withMore(tasked, 7, tasked[6] as Entry), "task 7 has two outcomes"],
    [
      "one gets another's value",
      tasked.with(6, at(1, { type: "task_outcome", task: 7, outcome: { kind: "value", value: 8 } })),
      "what isn't its value: 8",
    ],
    ["one is done and has failed", tasked.with(5, ended(2)), "is done, and ended with boom"],
    [
      "one has failed with another reason",
      tasked.with(6, at(1, { type: "task_outcome", task: 7, outcome: { kind: "exited", reason: "boom" } })),
      "failed with boom, and ended with normal",
    ],
    [
      "a time-out is early",
      tasked.with(6, at(1, { type: "task_outcome", task: 7, outcome: { kind: "timeout" } })),
      "timed out at 1 ms",
    ],
    ["nobody awaits it", without(tasked, 4), "and nobody awaits it"],
    ["one outlives its owner", without(tasked, 5).with(5, ended(1)), "task 7 outlives #1"],
  ]),
  ...casesOf(SILENCE, delivered, [
    [
      "a message reaches the dead",
      withMore(delivered, 4, ended(2)),
      "#2 isn't alive, and this reached it: received",
    ],
    [
      "a message of the dead arrives",
      withMore(delivered, 2, ended(1)),
      "a message that #1 sent after its end",
    ],
  ]),
];

test.each(CASES)(
  "$invariant: a trace is good, and broken where $broken",
  ({ invariant, good, bad, finds }) => {
    const check = CHECKS[invariant];
    expect(check?.(good)).toEqual([]);
    expect(check?.(bad).join("\n")).toContain(finds);
  },
);

describe("every check", () => {
  test("is broken by some trace above", () => {
    expect(new Set(CASES.map(({ invariant }) => invariant))).toEqual(new Set(Object.keys(CHECKS)));
  });

  test("finds nothing where nothing happened", () => {
    for (const check of Object.values(CHECKS)) expect(check([])).toEqual([]);
  });
});
