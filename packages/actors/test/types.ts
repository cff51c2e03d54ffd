/** What must and what must not compile; checked by `tsc -p packages/actors/test`, never run. */

import {
  defineDynamicSupervisor,
  defineGenServer,
  defineInfo,
  defineSupervisor,
  defineTopic,
  on,
  processName,
  provide,
  start,
  type CallContext,
  type ChildStart,
  type Context,
  type DynamicSupervisorProtocol,
  type PortKey,
  type ProcessName,
  type Ref,
  type Reply,
  type ReplyTo,
  type Runtime,
  type Topic,
} from "@wheelhouse/actors";

interface ReadProtocol {
  calls: { get(key: string): number | undefined };
}

interface StoreProtocol {
  calls: {
    get(key: string): number | undefined;
    add(key: string, by?: number): number;
  };
  casts: {
    set(key: string, value: number): void;
    clear(): void;
  };
}

interface StoreState {
  readonly values: Map<string, number>;
}

const Store = defineGenServer<StoreProtocol, StoreState, { readonly size: number }>({
  name: "Store",
  init: (_, { size }) => ({ values: new Map([["size", size]]) }),
  calls: {
    get: (ctx, key) => ctx.state.values.get(key),
    add: (_, key, by = 1) => key.length + by,
  },
  casts: {
    set: (ctx, key, value) => void ctx.state.values.set(key, value),
    clear: (ctx) => ctx.state.values.clear(),
  },
});

declare const runtime: Runtime;
declare const store: Ref<StoreProtocol>;
declare const reader: Ref<ReadProtocol>;
declare const anyone: Ref;
declare const ctx: Context<StoreProtocol, StoreState>;
const Named = processName<StoreProtocol>("store");

// Calls

const found: Promise<number | undefined> = runtime.call(store, "get", "a");
void found;
void runtime.call(Named, "add", "a");
void ctx.call(store, "add", "a", 2);
void ctx.callWithin(10, store, "get", "a");
// @ts-expect-error: an argument of the wrong type
void runtime.call(store, "get", 1);
// @ts-expect-error: an argument too few
void runtime.call(store, "get");
// @ts-expect-error: an argument too many
void runtime.call(store, "get", "a", "b");
// @ts-expect-error: by name all the same
void ctx.call(Named, "add", "a", "2");
// @ts-expect-error: with a time all the same
void ctx.callWithin(10, store, "get", true);
// @ts-expect-error: a message that isn't in the protocol
void runtime.call(store, "fetch", "a");
// @ts-expect-error: a cast isn't a call
void runtime.call(store, "clear");
// @ts-expect-error: nothing is known of what anyone understands
void runtime.call(anyone, "get", "a");
// @ts-expect-error: the reply isn't a string
const wrong: Promise<string> = runtime.call(store, "get", "a");
void wrong;
// @ts-expect-error: it may be undefined
const certain: Promise<number> = runtime.call(store, "get", "a");
void certain;

// Casts

runtime.cast(store, "set", "a", 1);
ctx.cast(Named, "clear");
// @ts-expect-error: an argument of the wrong type
runtime.cast(store, "set", "a", "1");
// @ts-expect-error: an argument too few
ctx.cast(store, "set", "a");
// @ts-expect-error: an argument too many
ctx.cast(store, "clear", 1);
// @ts-expect-error: a message that isn't in the protocol
ctx.cast(store, "reset");
// @ts-expect-error: a call isn't a cast
ctx.cast(store, "get", "a");

// Handlers

type One = { calls: { one(text: string): number } };
const one = { name: "One", init: () => null };
defineGenServer<One, null>({ ...one, calls: { one: (_, text) => text.length } });
defineGenServer<One, null>({ ...one, calls: { one: async () => 1 } });
// @ts-expect-error: no handlers at all
defineGenServer<One, null>({ ...one });
// @ts-expect-error: a handler forgotten
defineGenServer<One, null>({ ...one, calls: {} });
// @ts-expect-error: a handler misspelt
defineGenServer<One, null>({ ...one, calls: { won: () => 1 } });
// @ts-expect-error: a handler too many
defineGenServer<One, null>({ ...one, calls: { one: () => 1, two: () => 2 } });
// @ts-expect-error: casts that aren't in the protocol
defineGenServer<One, null>({ ...one, calls: { one: () => 1 }, casts: { two: () => {} } });
// @ts-expect-error: a reply of the wrong type
defineGenServer<One, null>({ ...one, calls: { one: () => "1" } });
// @ts-expect-error: a promise of the wrong type
defineGenServer<One, null>({ ...one, calls: { one: async () => "1" } });
// @ts-expect-error: no reply
defineGenServer<One, null>({ ...one, calls: { one: () => {} } });
// @ts-expect-error: an argument taken for another type
defineGenServer<One, null>({ ...one, calls: { one: (_, text: number) => text } });
// @ts-expect-error: a state of another type
defineGenServer<One, null>({ ...one, init: () => 1, calls: { one: () => 1 } });
// @ts-expect-error: the state is null
defineGenServer<One, null>({ ...one, calls: { one: (inner) => inner.state.length } });
// @ts-expect-error: a state assigned of another type
defineGenServer<One, null>({ ...one, calls: { one: (inner) => (inner.state = 1) } });

// What understands more serves where less is needed, never the reverse

const asReader: Ref<ReadProtocol> = store;
const asAnyone: Ref = store;
const nameOfReader: ProcessName<ReadProtocol> = Named;
void [asReader, asAnyone, nameOfReader];
// @ts-expect-error: a reader can't add
const asStore: Ref<StoreProtocol> = reader;
// @ts-expect-error: nor by name
const nameOfStore: ProcessName<StoreProtocol> = processName<ReadProtocol>("reader");
// @ts-expect-error: of anyone nothing is known
const known: Ref<ReadProtocol> = anyone;
void [asStore, nameOfStore, known];

// Methods would be compared bivariantly: arguments count in one direction only

type Wide = { calls: { put(value: string | number): void }; casts: { put(value: string | number): void } };
type Narrow = { calls: { put(value: string): void }; casts: { put(value: string): void } };
declare const wide: Ref<Wide>;
declare const narrow: Ref<Narrow>;
const narrowed: Ref<Narrow> = wide;
// @ts-expect-error: it would be sent numbers that it doesn't understand
const widened: Ref<Wide> = narrow;
void [narrowed, widened];
type Text = { calls: { ask(): string } };
type Maybe = { calls: { ask(): string | undefined } };
declare const text: Ref<Text>;
declare const maybe: Ref<Maybe>;
const loosened: Ref<Maybe> = text;
// @ts-expect-error: it would answer what isn't expected
const tightened: Ref<Text> = maybe;
void [loosened, tightened];
type Replied = Reply<StoreProtocol, "add">;
const replied: Replied = 1;
// @ts-expect-error: a number
const misreplied: Replied = "1";
void [replied, misreplied];

// Replies that come later

declare const open: CallContext<StoreProtocol, StoreState, number>;
const from: ReplyTo<number> = open.from;
ctx.reply(from, 1);
// @ts-expect-error: an answer of the wrong type
ctx.reply(from, "1");
// @ts-expect-error: only a call has somewhere to answer to
void ctx.from;

// Infos and topics

const Score = defineInfo<number>("score");
const News = defineTopic<{ readonly text: string }>("news");
const local: Topic<{ readonly text: string }> = News.of("local");
runtime.inform(store, Score, 1);
runtime.broadcast(local, { text: "hello" });
on(Score, (_, score) => void score.toFixed());
on(News, (_, { text: heard }, key) => void (heard + key));
// @ts-expect-error: an info of the wrong type
runtime.inform(store, Score, "1");
// @ts-expect-error: a topic's message of the wrong type
runtime.broadcast(local, { text: 1 });
// @ts-expect-error: the same to others only
ctx.broadcastFrom(local, "hello");
// @ts-expect-error: a family isn't a topic
runtime.broadcast(News, { text: "hello" });
// @ts-expect-error: a topic of other messages
const other: Topic<{ readonly text: number }> = local;
void other;
// @ts-expect-error: a handler that takes it for another type
on(Score, (_, score: string) => void score);
// @ts-expect-error: and of a topic
on(News, (_, message: string) => void message);

// Timers

const timer = ctx.after(10, "set", "a", 1);
ctx.cancel(timer);
// @ts-expect-error: a cast that isn't in the protocol
ctx.after(10, "reset");
// @ts-expect-error: a call isn't a cast
ctx.after(10, "get", "a");
// @ts-expect-error: an argument of the wrong type
ctx.after(10, "set", "a", "1");
// @ts-expect-error: anything else isn't a timer
ctx.cancel(10);

// Starting

Store.child({ size: 1 }, { name: Named, restart: "transient", shutdown: "brutal" });
void start(Store, { size: 1 });
// @ts-expect-error: without its arguments
Store.child();
// @ts-expect-error: an argument of the wrong type
Store.child({ size: "1" });
// @ts-expect-error: the same by itself
Store.with({ length: 1 });
// @ts-expect-error: and as a program
void start(Store, { size: "1" });
// @ts-expect-error: a restart that there isn't
Store.child({ size: 1 }, { restart: "sometimes" });
// @ts-expect-error: a shutdown that there isn't
Store.child({ size: 1 }, { shutdown: "gentle" });

const Top = defineSupervisor<{ readonly size: number }>("Top", (args) => ({ children: [Store.child(args)] }));
const Pool = defineDynamicSupervisor<void, { readonly size: number }, StoreProtocol>("Pool", () => ({
  child: (args) => Store.child(args),
}));
void start(Top, { size: 1 });
// @ts-expect-error: a supervisor's arguments
void start(Top, { size: "1" });
// @ts-expect-error: a strategy that there isn't
defineSupervisor("Bad", () => ({ strategy: "one_for_none", children: [] }));
// @ts-expect-error: a child that is only a definition
defineSupervisor("Bad", () => ({ children: [Store] }));
declare const pool: Ref<DynamicSupervisorProtocol<{ readonly size: number }, StoreProtocol>>;
declare const started: ChildStart<StoreProtocol>;
void start(Pool, undefined).then(({ ref }): typeof pool => ref);
void runtime.call(pool, "startChild", { size: 1 });
if (started.outcome === "started") runtime.cast(started.ref, "clear");
// @ts-expect-error: a child's arguments
void runtime.call(pool, "startChild", { size: "1" });
// @ts-expect-error: there is no child unless it was started
runtime.cast(started.ref, "clear");

// Ports

const Dice: PortKey<() => number> = { port: "dice" };
provide(Dice, () => 4);
const thrown: number | undefined = ctx.port(Dice)?.();
void thrown;
// @ts-expect-error: a port of another type
provide(Dice, () => "four");
// @ts-expect-error: there may be none
ctx.port(Dice)();
