import { defineGenServer, defineSupervisor, on, start, type Context, type Ref } from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import { afterEach, expect, test } from "vitest";
import { ProjectTopic, type ProjectEvent } from "../../src/devices/protocol.ts";
import type { Batch } from "../../src/live/batch.ts";
import { BatchTopic, LiveFeed, LiveFeedServer, SEND_EVERY_MS } from "../../src/live/live-feed.ts";
import { values } from "./entities.ts";

interface ListenerStart {
  readonly project: string;
  readonly heard: Batch[];
}
type ListenerContext = Context<object, ListenerStart>;

/** Hears a project's batches, as a page does. */
const Listener = defineGenServer<object, ListenerStart, ListenerStart>({
  name: "Listener",
  async init(ctx, { project, heard }) {
    ctx.subscribe(BatchTopic.of(project));
    await ctx.call(LiveFeed, "follow", project);
    return { project, heard };
  },
  infos: [on(BatchTopic, (ctx: ListenerContext, batch) => void ctx.state.heard.push(batch))],
});

const Feeds = defineSupervisor("Feeds", () => ({
  strategy: "one_for_one",
  children: [LiveFeedServer.child(undefined, { name: LiveFeed })],
}));

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function startFeed() {
  const runtime = simulation({ seed: 1 });
  const processes: Ref[] = [];
  const begin = async (starting: Promise<{ readonly ref: Ref }>) => {
    await runtime.settle();
    const { ref } = await starting;
    processes.push(ref);
    return ref;
  };
  await begin(start(Feeds, undefined, { runtime }));
  ends.push(async () => {
    for (const process of processes) runtime.exit(process, "shutdown");
    await runtime.settle();
    expect(runtime.processes()).toEqual([]);
  });
  return {
    runtime,
    listen: async (project: string) => {
      const heard: Batch[] = [];
      const ref = await begin(start(Listener, { project, heard }, { runtime }));
      return { heard, ref };
    },
    happens: async (project: string, event: ProjectEvent, ms = 0) => {
      runtime.broadcast(ProjectTopic.of(project), event);
      await runtime.advance(ms);
    },
  };
}

const numbers = ({ events }: Batch) =>
  events.map((event) => (event.type === "values" ? event.values["speed"]?.[1] : undefined));
const speed = (number: number) => values({ speed: [number, number] });

test("the first change after a pause is told at once, the next ones go together", async () => {
  const { listen, happens, runtime } = await startFeed();
  const { heard } = await listen("p");
  await happens("p", speed(1));
  expect(heard.map(numbers)).toEqual([[1]]);
  await happens("p", speed(2), SEND_EVERY_MS / 2);
  await happens("p", speed(3));
  expect(heard.map(numbers)).toEqual([[1]]);
  await runtime.advance(SEND_EVERY_MS / 2 + 1);
  expect(heard.map(numbers)).toEqual([[1], [2, 3]]);
});

test("however much happens, a page hears 30 batches a second, each the time of two sends after the one before", async () => {
  const { listen, happens } = await startFeed();
  const { heard } = await listen("p");
  for (let number = 0; number < 1_000; number += 1) await happens("p", speed(number), 1);
  expect(heard.length).toBeGreaterThanOrEqual(29);
  expect(heard.length).toBeLessThanOrEqual(31);
  for (const [index, { at }] of heard.entries())
    if (index > 0) expect(at).toBeGreaterThanOrEqual((heard[index - 1]?.at ?? 0) + SEND_EVERY_MS);
  const told = heard.flatMap(numbers);
  expect(told).toEqual(Array.from({ length: told.length }, (_, number) => number));
});

test("all listeners are told the same batch", async () => {
  const { listen, happens } = await startFeed();
  const [one, other] = [await listen("p"), await listen("p")];
  await happens("p", speed(1));
  expect(other.heard[0]).toBe(one.heard[0]);
});

test("a project doesn't wait for another, nor hears of it", async () => {
  const { listen, happens } = await startFeed();
  const [one, other] = [await listen("p"), await listen("q")];
  await happens("p", speed(1));
  await happens("q", speed(2));
  expect(one.heard.map(numbers)).toEqual([[1]]);
  expect(other.heard.map(numbers)).toEqual([[2]]);
});

test("a project that nobody listens to any more is forgotten, and can be followed again", async () => {
  const { listen, happens, runtime } = await startFeed();
  const { ref } = await listen("p");
  runtime.exit(ref, "shutdown");
  await runtime.settle();
  await happens("p", speed(1), 1_000);
  expect(runtime.subscribers(ProjectTopic.of("p"))).toEqual([]);
  const { heard } = await listen("p");
  await happens("p", speed(2));
  expect(heard.map(numbers)).toEqual([[2]]);
});
