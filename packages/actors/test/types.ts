/** What must and what must not compile; checked by `tsc -p packages/actors/test`, never run. */

import {
  defineDynamicSupervisor,
  defineGenServer,
  defineInfo,
  defineRegistry,
  defineSupervisor,
  defineTaskSupervisor,
  defineTopic,
  on,
  processName,
  provide,
  start,
  taskStream,
  type Address,
  type Asker,
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
  type Task,
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
declare const asker: Asker<number | undefined>;
declare const certainAsker: Asker<number>;
ctx.ask(asker, 10, store, "get", "a");
// @ts-expect-error: an asker that can't be told of all replies
ctx.ask(certainAsker, 10, store, "get", "a");
// @ts-expect-error: an argument of the wrong type
ctx.ask(asker, 10, store, "get", true);
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

// Registries

const Stores = defineRegistry<"main" | "spare", number, ReadProtocol>("stores", { keys: "unique" });
const Tags = defineRegistry<string, void, StoreProtocol>("tags", { keys: "duplicate" });
declare const readerContext: Context<ReadProtocol>;
if (ctx.register(Stores, "main", 1).outcome === "registered") ctx.unregister(Stores, "main");
ctx.register(Tags, "red");
for (const { ref, value } of runtime.lookup(Stores, "spare")) void [runtime.call(ref, "get", "a"), value + 1];
runtime.dispatch(Tags, "red", ([entry]) => entry && runtime.cast(entry.ref, "clear"));
runtime
  .select(Stores, ({ key, value }) => key === "main" && value > 1)
  .map(({ key }): "main" | "spare" => key);
ctx.updateValue(Stores, "main", (value) => value + 1);
const mainStore: Address<ReadProtocol> = Stores.via("main");
void runtime.call(mainStore, "get", "a");
on(Stores.events, (_, event) => void (event.type === "registered" ? event.value.toFixed() : event.key));
// @ts-expect-error: a key that there isn't
ctx.register(Stores, "third", 1);
// @ts-expect-error: a value of the wrong type
ctx.register(Stores, "main", "1");
// @ts-expect-error: without its value
ctx.register(Stores, "main");
// @ts-expect-error: with one where there is none
ctx.register(Tags, "red", 1);
// @ts-expect-error: a process that doesn't understand enough
readerContext.register(Tags, "red");
// @ts-expect-error: the holder isn't there unless the key was taken
void ctx.register(Stores, "main", 1).holder;
// @ts-expect-error: code outside any process isn't registered
runtime.register(Stores, "main", 1);
// @ts-expect-error: a key that there isn't
runtime.lookup(Stores, "third");
// @ts-expect-error: what is found understands no more than the registry says
runtime.lookup(Stores, "main").forEach(({ ref }) => runtime.cast(ref, "clear"));
// @ts-expect-error: keys that aren't unique are no addresses
Tags.via("red");
// @ts-expect-error: nor have they one value each
ctx.updateValue(Tags, "red", () => undefined);
// @ts-expect-error: a new value of the wrong type
ctx.updateValue(Stores, "main", String);
// @ts-expect-error: an address understands no more than the registry says
runtime.cast(Stores.via("main"), "clear");
// @ts-expect-error: of another registry
const otherStores: typeof Stores = Tags;
void otherStores;
// @ts-expect-error: a kind of keys that there isn't
defineRegistry<string, void, StoreProtocol>("bad", { keys: "some" });

// Topics with metadata, and bounded ones

const Frames = defineTopic<Uint8Array, { readonly format: "json" | "binary" }>("frames");
const frames = Frames.of("all");
ctx.subscribe(frames, { format: "json" });
ctx.subscribe(local);
ctx
  .subscribeBounded(local, { maxQueued: 1, whenFull: "disconnect", keyOf: ({ text: key }) => key })
  .dropped.toFixed();
ctx.subscribeBounded(frames, { maxQueued: 1, whenFull: "drop_oldest" }, { format: "binary" });
runtime.broadcastWith(frames, (all) =>
  all.map((one) => one.metadata.format === "json" && one.send(new Uint8Array(1))),
);
runtime.subscribers(frames).map(({ metadata }): "json" | "binary" => metadata.format);
// @ts-expect-error: without its metadata
ctx.subscribe(frames);
// @ts-expect-error: metadata of the wrong type
ctx.subscribe(frames, { format: "text" });
// @ts-expect-error: metadata that the topic doesn't ask for
ctx.subscribe(local, { format: "json" });
// @ts-expect-error: code outside any process can't hear
runtime.subscribe(local);
// @ts-expect-error: a policy that there isn't
ctx.subscribeBounded(local, { maxQueued: 1, whenFull: "drop_newest" });
// @ts-expect-error: a key that isn't text
ctx.subscribeBounded(local, { maxQueued: 1, whenFull: "disconnect", keyOf: () => 1 });
// @ts-expect-error: a key of another message
ctx.subscribeBounded(local, { maxQueued: 1, whenFull: "disconnect", keyOf: (key: string) => key });
// @ts-expect-error: a dispatcher that sends something else
runtime.broadcastWith(frames, ([one]) => one?.send("text"));
// @ts-expect-error: a topic of other metadata
const plainFrames: Topic<Uint8Array> = frames;
void plainFrames;

// Tasks

const Workers = defineTaskSupervisor("Workers", { maxChildren: 2 });
const size: Task<number> = ctx.async(async () => 1);
void ctx.await(size).then((done) => done.toFixed());
void ctx.await(
  ctx.asyncNoLink((task) => task.call(store, "get", "a")),
  10,
);
void start(Workers, undefined).then(({ ref }) => {
  ctx.async(() => 1, { under: ref });
  return runtime.call(ref, "startChild", (task) => task.cast(store, "clear"));
});
const lengths = taskStream(ctx, ["a", "b"], (_, input) => input.length, { ordered: false });
void lengths.next().then(({ value }) => value && value.outcome === "done" && value.value.toFixed());
// @ts-expect-error: a result of the wrong type
const title: Task<string> = ctx.async(() => 1);
void title;
// @ts-expect-error: it isn't text when awaited either
void ctx.await(size).then((done: string) => done);
// @ts-expect-error: a task understands no messages of its owner's
ctx.async((task) => task.cast(task.self, "clear"));
// @ts-expect-error: a supervisor of other children
ctx.async(() => 1, { under: pool });
// @ts-expect-error: anything else can't be awaited
void ctx.await(Promise.resolve(1));
// @ts-expect-error: code outside any process starts none
runtime.async(() => 1);
// @ts-expect-error: an input taken for another type
taskStream(ctx, ["a"], (_, input: number) => input);
// @ts-expect-error: a time-out that is handled otherwise
taskStream(ctx, ["a"], () => 1, { onTimeout: "ignore" });
// @ts-expect-error: there is no value unless it is done
void lengths.next().then(({ value }) => value && value.value);

// What a process says of itself

ctx.setLabel("the store");
// @ts-expect-error: a label is text
ctx.setLabel(1);
