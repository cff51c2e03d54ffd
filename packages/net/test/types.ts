/** What must and what must not compile of this package; checked by `tsc -p packages/net/test`, never run. */

import { defineInfo, on, type Context, type Ref } from "@wheelhouse/actors";
import {
  Listener,
  NetMetrics,
  defineConnection,
  type ConnectionContext,
  type ConnectionHandler,
  type ListenerProtocol,
  type NetEvent,
} from "@wheelhouse/net";

interface TalkProtocol {
  calls: { count(of: string): number };
  casts: { tell(text: string): void };
}

interface TalkState {
  readonly told: number;
}

const talk = {
  name: "Talk",
  init: () => ({ told: 0 }),
  data: () => {},
  calls: { count: () => 1 },
  casts: { tell: () => {} },
} as const;

// Definitions

const Talk = defineConnection<TalkProtocol, TalkState, { readonly greeting: string }>({
  ...talk,
  init: (ctx, { greeting }) => {
    ctx.send(greeting);
    return { told: greeting.length };
  },
});
const Echo = defineConnection({ name: "Echo", data: (ctx, packet) => void ctx.send(packet) });
const handler: ConnectionHandler = Echo.with();
void Talk.with({ greeting: "hello" });
// @ts-expect-error: what it is started with is missing
void Talk.with();
// @ts-expect-error: what it is started with has another type
void Talk.with({ greeting: 1 });
// @ts-expect-error: it is started with nothing
void Echo.with({ greeting: "hello" });
// @ts-expect-error: data is missing
defineConnection({ name: "Deaf" });
// @ts-expect-error: calls of the protocol are missing
defineConnection<TalkProtocol, TalkState>({ ...talk, calls: {} });
// @ts-expect-error: casts of the protocol are missing
defineConnection<TalkProtocol, TalkState>({ name: "Talk", data: () => {}, calls: { count: () => 1 } });
// @ts-expect-error: a call's answer has another type
defineConnection<TalkProtocol, TalkState>({ ...talk, calls: { count: () => "1" } });
// @ts-expect-error: the first state has another type
defineConnection<TalkProtocol, TalkState>({ ...talk, init: () => ({ told: "1" }) });

// Handlers

defineConnection({ name: "A", data: () => "close" });
defineConnection({ name: "A", data: async () => {} });
defineConnection({ name: "A", data: () => {}, closed: (_, by) => void (by === "peer") });
defineConnection({ name: "A", data: () => {}, timeout: (_, which) => void (which === "first_packet") });
defineConnection({ name: "A", data: () => {}, shutdown: () => "stay" });
// @ts-expect-error: a packet is bytes
defineConnection({ name: "A", data: (_, packet: string) => void packet });
// @ts-expect-error: data says nothing but close
defineConnection({ name: "A", data: () => "stay" });
// @ts-expect-error: nobody else closes
defineConnection({ name: "A", data: () => {}, closed: (_, by) => void (by === "them") });
// @ts-expect-error: an error isn't a text
defineConnection({ name: "A", data: () => {}, error: (_, error: string) => void error });
// @ts-expect-error: there is no such time
defineConnection({ name: "A", data: () => {}, timeout: (_, which) => void (which === "write") });
// @ts-expect-error: shutdown says nothing but stay
defineConnection({ name: "A", data: () => {}, shutdown: () => "close" });
// @ts-expect-error: what was called idle is a timeout
defineConnection({ name: "A", data: () => {}, idle: () => {} });

const News = defineInfo<string>("news");
defineConnection({
  name: "A",
  data: () => {},
  infos: [on(News, (ctx: ConnectionContext<{}, void>, news) => void ctx.send(news))],
});
// @ts-expect-error: news is a text
on(News, (_: ConnectionContext, news: number) => news);

// Contexts

declare const ctx: ConnectionContext<TalkProtocol, TalkState>;
declare const someone: Ref;
const plain: Context<TalkProtocol, TalkState> = ctx;
void plain;
const told: number = ctx.state.told;
void told;
ctx.send(["a", new Uint8Array(1)]);
ctx.setOptions({ packet: "line", active: 5, readTimeoutMs: 1 });
ctx.setReadTimeout(5, "once");
void ctx.transfer(someone);
// @ts-expect-error: a number isn't sent
ctx.send(1);
// @ts-expect-error: there is no such option
ctx.setOptions({ pocket: "line" });
// @ts-expect-error: where it listens isn't a connection's to change
ctx.setOptions({ port: 1 });
// @ts-expect-error: there is no such mode
ctx.setOptions({ active: "twice" });
// @ts-expect-error: either once or always
ctx.setReadTimeout(5, "never");
// @ts-expect-error: the other end is a fact
ctx.remote = { host: "", port: 1 };
// @ts-expect-error: it may be plain
void ctx.tls.version;
// @ts-expect-error: it may be direct
void ctx.proxied.source;
// @ts-expect-error: the state is read-only
ctx.state.told = 1;

// Options

Listener.child({ port: 0, handler });
Listener.child({ path: "/tmp/a", handler: Talk.with({ greeting: "hello" }) });
Listener.child({ port: 0, handler, tls: { cert: "", key: "" }, proxyProtocol: { trusted: ["::1"] } });
// @ts-expect-error: a handler is missing
Listener.child({ port: 0 });
// @ts-expect-error: a definition isn't a handler yet
Listener.child({ port: 0, handler: Echo });
// @ts-expect-error: there is no such option
Listener.child({ port: 0, handler, maxConnection: 5 });
// @ts-expect-error: a port is a number
Listener.child({ port: "80", handler });
// @ts-expect-error: neither of the two
Listener.child({ port: 0, handler, atMaxConnections: "drop" });
// @ts-expect-error: a rate has a burst
Listener.child({ port: 0, handler, connectionRate: { perSecond: 5 } });
// @ts-expect-error: a certificate has a key
Listener.child({ port: 0, handler, tls: { cert: "" } });
// @ts-expect-error: a server's identity says no role
Listener.child({ port: 0, handler, tls: { role: "server", cert: "", key: "" } });
// @ts-expect-error: trusted addresses are a list
Listener.child({ port: 0, handler, proxyProtocol: { trusted: "::1" } });
// @ts-expect-error: not given isn't the same as undefined
Listener.child({ port: 0, handler, maxConnections: undefined });

// A listener's protocol

declare const listener: Ref<ListenerProtocol>;
void ctx.call(listener, "setOptions", { maxConnections: undefined, readTimeoutMs: 5 });
void ctx.call(listener, "drain");
void ctx.call(listener, "drain", { notice: { any: "thing" } });
// @ts-expect-error: there is no such option
void ctx.call(listener, "setOptions", { maxConnection: 5 });
// @ts-expect-error: a drain's option has another type
void ctx.call(listener, "drain", { timeoutMs: "5" });
// @ts-expect-error: there is no such call
void ctx.call(listener, "stop");
// @ts-expect-error: calls aren't cast
ctx.cast(listener, "suspend");

// Events

declare const event: NetEvent;
if (event.type === "net:connection_ended") void event.durationMs;
// @ts-expect-error: only an end has a duration
void event.durationMs;
// @ts-expect-error: there is no such event
void (event.type === "net:connection_lost");
new NetMetrics().observe(event);
