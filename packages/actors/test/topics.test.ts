import {
  SubscriptionEnded,
  defineGenServer,
  defineTopic,
  describe as describeTree,
  on,
  type Bound,
  type BoundedSubscription,
  type Ref,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import { boom, probe, world, type ProbeContext } from "./support.ts";

interface Reading {
  readonly sensor: string;
  readonly value: number;
}

const Readings = defineTopic<Reading>("readings");
const room = Readings.of("room");
const Feed = defineTopic<string | Uint8Array, "text" | "bytes">("feed");
const feed = Feed.of("all");

interface ReaderProtocol {
  calls: { heard(): readonly string[]; run(work: (ctx: ProbeContext) => unknown): unknown };
  casts: { say(text: string): void; unsubscribe(): void };
}

interface ReaderArgs {
  readonly bound?: Bound<Reading>;
  readonly told?: (subscription: BoundedSubscription) => void;
}

const Reader = defineGenServer<ReaderProtocol, string[], ReaderArgs>({
  name: "Reader",
  init(ctx, { bound, told }) {
    if (bound === undefined) ctx.subscribe(room);
    else told?.(ctx.subscribeBounded(room, bound));
    return [];
  },
  calls: {
    heard: (ctx) => ctx.state.splice(0),
    run: (ctx, work) => work(ctx as unknown as ProbeContext),
  },
  casts: {
    say: (ctx, text) => void ctx.state.push(text),
    unsubscribe: (ctx) => ctx.unsubscribe(room),
  },
  infos: [
    on(Readings, (ctx, { sensor, value }) => void ctx.state.push(`${sensor} ${value}`)),
    on(
      Feed,
      (ctx, message) =>
        void ctx.state.push(typeof message === "string" ? message : `${message.length} bytes`),
    ),
    on(
      SubscriptionEnded,
      (ctx, { topic, dropped }) => void ctx.state.push(`ended ${topic.key}, ${dropped} dropped`),
    ),
  ],
});

async function reading(bound: Bound<Reading>) {
  const it = world();
  let subscription: BoundedSubscription | undefined;
  const reader = await it.start(Reader.with({ bound, told: (made) => (subscription = made) }));
  const send = (sensor: string, value: number) => it.runtime.broadcast(room, { sensor, value });
  const heard = () => it.runtime.call(reader, "heard");
  const counts = () => {
    const { queued, handled, dropped, replaced } = subscription as BoundedSubscription;
    return { queued, handled, dropped, replaced };
  };
  return { ...it, reader, send, heard, counts, subscription: subscription as unknown as BoundedSubscription };
}

describe("a subscription", () => {
  test("carries what its subscriber says of itself, and is listed with it (29)", async () => {
    const { runtime, start } = world();
    const [a, b] = [await start(probe("a")), await start(probe("b"))];
    await runtime.call(a, "run", (ctx) => ctx.subscribe(feed, "text"));
    await runtime.call(b, "run", (ctx) => ctx.subscribe(feed, "bytes"));
    await runtime.call(a, "run", (ctx) => ctx.subscribe(feed, "bytes"));
    const listed = [
      { ref: a, metadata: "text", counts: undefined },
      { ref: b, metadata: "bytes", counts: undefined },
      { ref: a, metadata: "bytes", counts: undefined },
    ];
    expect(runtime.subscribers(feed)).toEqual(listed);
    expect(await runtime.call(b, "run", (ctx) => ctx.subscribers(feed))).toEqual(listed);
    await runtime.call(a, "run", (ctx) => ctx.unsubscribe(feed));
    expect(runtime.subscribers(feed)).toEqual([listed[1]]);
    runtime.exit(b, "kill");
    expect(runtime.subscribers(feed)).toEqual([]);
  });

  test("goes with its process, also of 10,000 to one topic (29)", async () => {
    const { runtime, start } = world();
    const refs: Ref[] = [];
    for (let n = 0; n < 10_000; n += 1) refs.push(await start(Reader.with({})));
    expect(runtime.subscribers(room)).toHaveLength(10_000);
    for (const [n, ref] of refs.entries()) if (n % 2 === 0) runtime.exit(ref, "kill");
    expect(runtime.subscribers(room).map(({ ref }) => ref)).toEqual(refs.filter((_, n) => n % 2 === 1));
    for (const ref of refs) runtime.exit(ref, "kill");
    expect(runtime.subscribers(room)).toEqual([]);
  });
});

describe("a dispatcher", () => {
  test("makes a message once for each kind of subscriber (29)", async () => {
    const { runtime, start } = world();
    const refs = [await start(Reader.with({})), await start(Reader.with({})), await start(Reader.with({}))];
    for (const [n, ref] of refs.entries())
      await runtime.call(ref, "run", (ctx) => ctx.subscribe(feed, n === 0 ? "text" : "bytes"));
    let encoded = 0;
    await runtime.call(refs[0] as (typeof refs)[0], "run", (ctx) =>
      ctx.broadcastWith(feed, (subscribers) => {
        let bytes: Uint8Array | undefined;
        const encode = () => {
          encoded += 1;
          return new Uint8Array(5);
        };
        for (const subscriber of subscribers)
          subscriber.send(subscriber.metadata === "text" ? "hello" : (bytes ??= encode()));
      }),
    );
    expect(encoded).toBe(1);
    expect(await Promise.all(refs.map((ref) => runtime.call(ref, "heard")))).toEqual([
      ["hello"],
      ["5 bytes"],
      ["5 bytes"],
    ]);
  });

  test("isn't asked when nobody subscribes, and may change the subscriptions (29)", async () => {
    const { runtime, start } = world();
    const refs = [await start(Reader.with({})), await start(Reader.with({}))];
    runtime.broadcastWith(feed, () => expect.unreachable());
    let count = 0;
    runtime.broadcastWith(room, (subscribers) => {
      for (const { ref } of subscribers) {
        count += 1;
        runtime.exit(ref, "kill");
      }
    });
    expect(count).toBe(refs.length);
  });

  test("sends within each subscriber's bound (30)", async () => {
    const { runtime, heard, counts } = await reading({ maxQueued: 1, whenFull: "drop_oldest" });
    for (const value of [1, 2])
      runtime.broadcastWith(room, (subscribers) => {
        for (const subscriber of subscribers) subscriber.send({ sensor: "x", value });
      });
    expect(await heard()).toEqual(["x 2"]);
    expect(counts()).toEqual({ queued: 0, handled: 1, dropped: 1, replaced: 0 });
  });
});

describe("a bounded subscription", () => {
  test("that drops the oldest keeps the newest, and counts (30)", async () => {
    const { runtime, send, heard, counts } = await reading({ maxQueued: 3, whenFull: "drop_oldest" });
    for (let value = 1; value <= 5; value += 1) send("x", value);
    expect(counts()).toEqual({ queued: 3, handled: 0, dropped: 2, replaced: 0 });
    expect(runtime.subscribers(room)).toMatchObject([{ counts: { queued: 3, dropped: 2 } }]);
    expect(await heard()).toEqual(["x 3", "x 4", "x 5"]);
    expect(counts()).toEqual({ queued: 0, handled: 3, dropped: 2, replaced: 0 });
    send("x", 6);
    expect(await heard()).toEqual(["x 6"]);
  });

  test("that drops the oldest turns no order round (10, 30)", async () => {
    const { runtime, reader, send, heard } = await reading({ maxQueued: 1, whenFull: "drop_oldest" });
    send("x", 1);
    runtime.cast(reader, "say", "between");
    send("x", 2);
    runtime.cast(reader, "say", "after");
    expect(await heard()).toEqual(["between", "x 2", "after"]);
  });

  test("keeps the mailbox short, however much is broadcast (30)", async () => {
    const { runtime, send, heard, counts } = await reading({ maxQueued: 10, whenFull: "drop_oldest" });
    let longest = 0;
    for (let value = 0; value < 10_000; value += 1) {
      send("x", value);
      longest = Math.max(longest, describeTree(runtime)[0]?.queueLength ?? Infinity);
    }
    expect(longest).toBeLessThanOrEqual(32);
    expect(await heard()).toHaveLength(10);
    expect(counts()).toEqual({ queued: 0, handled: 10, dropped: 9_990, replaced: 0 });
  });

  test("that keeps the newest per key lets it wait in the oldest's place, so none is put off for ever (30)", async () => {
    const keyOf = ({ sensor }: Reading) => sensor;
    const { send, heard, counts } = await reading({ maxQueued: 2, whenFull: "drop_oldest", keyOf });
    for (const value of [1, 2, 3]) for (const sensor of ["x", "y"]) send(sensor, value);
    expect(counts()).toEqual({ queued: 2, handled: 0, dropped: 0, replaced: 4 });
    expect(await heard()).toEqual(["x 3", "y 3"]);
    for (const sensor of ["x", "y", "z"]) send(sensor, 4);
    expect(await heard()).toEqual(["y 4", "z 4"]);
    expect(counts()).toEqual({ queued: 0, handled: 4, dropped: 1, replaced: 4 });
    send("x", 5);
    expect(await heard()).toEqual(["x 5"]);
  });

  test("that disconnects still hands over what waited, then says so once, and ends (30)", async () => {
    const { runtime, send, heard, counts, subscription } = await reading({
      maxQueued: 2,
      whenFull: "disconnect",
    });
    for (let value = 1; value <= 4; value += 1) send("x", value);
    expect(subscription.ended).toBe(true);
    expect(runtime.subscribers(room)).toEqual([]);
    expect(await heard()).toEqual(["x 1", "x 2", "ended room, 1 dropped"]);
    send("x", 5);
    expect(await heard()).toEqual([]);
    expect(counts()).toEqual({ queued: 0, handled: 2, dropped: 1, replaced: 0 });
  });

  test("that disconnects leaves another one of the same process alone (30)", async () => {
    const { runtime, reader, send, heard } = await reading({ maxQueued: 1, whenFull: "disconnect" });
    await runtime.call(reader, "run", (ctx) => ctx.subscribe(room));
    for (const value of [1, 2]) send("x", value);
    expect(await heard()).toEqual(["x 1", "x 1", "ended room, 1 dropped", "x 2"]);
    send("x", 3);
    expect(await heard()).toEqual(["x 3"]);
  });

  test("unsubscribed from is over, and what waits is still handled (30)", async () => {
    const { runtime, reader, send, heard, subscription } = await reading({
      maxQueued: 2,
      whenFull: "drop_oldest",
    });
    runtime.cast(reader, "unsubscribe");
    send("x", 1);
    await runtime.settle();
    send("x", 2);
    expect(subscription.ended).toBe(true);
    expect(await heard()).toEqual(["x 1"]);
  });

  test("whose key can't be told ends its subscriber, and not the one who sends (30)", async () => {
    const keyOf = () => {
      throw boom;
    };
    const { runtime, reader, send, takeCrashes } = await reading({
      maxQueued: 2,
      whenFull: "drop_oldest",
      keyOf,
    });
    const ended = runtime.exited(reader);
    send("x", 1);
    expect(await ended).toBe(boom);
    expect(takeCrashes()).toMatchObject([{ message: "info readings", reason: boom }]);
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])("of %d messages at most is refused", async (maxQueued) => {
    const { runtime, start } = world();
    const ref = await start(probe());
    const made = runtime.call(ref, "run", (ctx) => {
      try {
        return ctx.subscribeBounded(room, { maxQueued, whenFull: "disconnect" });
      } catch (error) {
        return error;
      }
    });
    expect(await made).toMatchObject({
      message: `expected maxQueued to be a positive whole number, got: ${maxQueued}`,
    });
    expect(runtime.subscribers(room)).toEqual([]);
  });
});
