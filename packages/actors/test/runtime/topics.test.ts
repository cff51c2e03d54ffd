import { defineGenServer, defineTopic, on, type Ref, type Topic } from "@wheelhouse/actors";
import { describe, expect, test, vi } from "vitest";
import { Process } from "../../src/process/process.ts";
import { world } from "../support.ts";

const News = defineTopic<string>("news");
const Weather = defineTopic<number>("weather");
const local = News.of("local");

interface ListenerProtocol {
  calls: {
    subscribe(topic: Topic<never>): void;
    unsubscribe(topic: Topic<never>): void;
    tell(text: string): void;
    tellOthers(text: string): void;
    heard(): readonly string[];
  };
}

const Listener = defineGenServer<ListenerProtocol, string[]>({
  name: "Listener",
  init: () => [],
  calls: {
    subscribe: (ctx, topic) => ctx.subscribe(topic),
    unsubscribe: (ctx, topic) => ctx.unsubscribe(topic),
    tell: (ctx, text) => ctx.broadcast(local, text),
    tellOthers: (ctx, text) => ctx.broadcastFrom(local, text),
    heard: (ctx) => ctx.state.splice(0),
  },
  infos: [
    on(News, (ctx, text, key) => void ctx.state.push(`${key}: ${text}`)),
    on(Weather, (ctx, degrees, key) => void ctx.state.push(`${key}: ${degrees} °C`)),
  ],
});

async function listeners() {
  const it = world();
  const [a, b] = [await it.start(Listener.with()), await it.start(Listener.with())];
  const heard = (ref: Ref<ListenerProtocol>) => it.runtime.call(ref, "heard");
  const subscribe = (ref: Ref<ListenerProtocol>, topic: Topic<never>) =>
    it.runtime.call(ref, "subscribe", topic);
  return { ...it, a, b, heard, subscribe };
}

// A topic is only as wide as its messages; to subscribe to any, none is sent.
const any = <M>(topic: Topic<M>) => topic as unknown as Topic<never>;

describe("a topic", () => {
  test("reaches those who subscribed, from inside and outside, with the key it was sent to (29)", async () => {
    const { runtime, a, b, heard, subscribe } = await listeners();
    runtime.broadcast(local, "unheard");
    await subscribe(a, any(local));
    runtime.broadcast(local, "from outside");
    await runtime.call(b, "tell", "from inside");
    expect(await heard(a)).toEqual(["local: from outside", "local: from inside"]);
    expect(await heard(b)).toEqual([]);
  });

  test("is told by its family and its key (29)", async () => {
    const { runtime, a, heard, subscribe } = await listeners();
    await subscribe(a, any(News.of("local")));
    runtime.broadcast(News.of("world"), "elsewhere");
    runtime.broadcast(Weather.of("local"), 21);
    runtime.broadcast(News.of("local"), "here");
    expect(await heard(a)).toEqual(["local: here"]);
  });

  test("subscribed to twice is heard twice; to unsubscribe drops all (29)", async () => {
    const { runtime, a, b, heard, subscribe } = await listeners();
    for (const ref of [a, b, a]) await subscribe(ref, any(local));
    runtime.broadcast(local, "1");
    expect(await heard(a)).toEqual(["local: 1", "local: 1"]);
    await runtime.call(a, "unsubscribe", any(local));
    runtime.broadcast(local, "2");
    expect(await heard(a)).toEqual([]);
    expect(await heard(b)).toEqual(["local: 1", "local: 2"]);
    await subscribe(a, any(local));
    runtime.broadcast(local, "3");
    expect(await heard(a)).toEqual(["local: 3"]);
  });

  test("unsubscribed from is the only one (29)", async () => {
    const { runtime, a, heard, subscribe } = await listeners();
    for (const key of ["local", "world"]) await subscribe(a, any(News.of(key)));
    await runtime.call(a, "unsubscribe", any(local));
    runtime.broadcast(local, "dropped");
    runtime.broadcast(News.of("world"), "kept");
    expect(await heard(a)).toEqual(["world: kept"]);
  });

  test("is heard by its sender too, unless it skips itself (29)", async () => {
    const { runtime, a, b, heard, subscribe } = await listeners();
    for (const ref of [a, b]) await subscribe(ref, any(local));
    await runtime.call(a, "tell", "all");
    await runtime.call(a, "tellOthers", "others");
    expect(await heard(a)).toEqual(["local: all"]);
    expect(await heard(b)).toEqual(["local: all", "local: others"]);
  });

  test("forgets a subscriber that ended (29)", async () => {
    const { runtime, a, b, heard, subscribe, events } = await listeners();
    for (const ref of [a, b]) await subscribe(ref, any(local));
    runtime.exit(a, "kill");
    runtime.broadcast(local, "still here");
    expect(await heard(b)).toEqual(["local: still here"]);
    expect(events("unknown_message")).toEqual([]);
  });

  test("sends nothing to a subscriber that ended (29)", async () => {
    const { runtime, a, b, subscribe } = await listeners();
    for (const ref of [a, b]) for (const topic of [local, News.of("world")]) await subscribe(ref, any(topic));
    runtime.exit(a, "kill");
    const deliver = vi.spyOn(Process.prototype, "deliver");
    runtime.broadcast(local, "1");
    runtime.broadcast(News.of("world"), "2");
    expect(deliver.mock.contexts.map((process) => (process as Process).ref)).toEqual([b, b]);
    vi.restoreAllMocks();
  });
});
