/** One page that watches: its subscriptions, and what it is owed, sent as fast as it reads and no faster. */

import {
  defineGenServer,
  defineInfo,
  ignore,
  isCleanExit,
  on,
  type Context,
  type Timer,
} from "@wheelhouse/actors";
import { TOPIC_ACCESS, clientMessage, mayActAs, type LiveMessage, type Subscribe } from "@wheelhouse/api";
import { parseJson } from "@wheelhouse/protocol";
import {
  CredentialEndedTopic,
  RolesChangedTopic,
  findAgain,
  roleIn,
  type Visitor,
} from "../accounts/visitor.ts";
import { Store } from "../store/store.ts";
import type { Batch } from "./batch.ts";
import { BatchTopic, LiveFeed, SEND_EVERY_MS } from "./live-feed.ts";
import { Message } from "./message.ts";
import { takeSnapshot } from "./snapshot.ts";
import { Subscription } from "./subscription.ts";

/** The page's end of the socket, as the web server hands it over. */
export interface PageSocket {
  /** Begins to deliver what the page says, as `PageInfo`, to this process. */
  start(to: { message(text: string): void; closed(): void }): void;
  send(message: Message): void;
  readonly unsentBytes: number;
  close(code: number, reason: string): void;
}

/** What a page's socket tells its process. */
export type PageMessage = { readonly type: "message"; readonly text: string } | { readonly type: "closed" };
export const PageInfo = defineInfo<PageMessage>("live:page");

/** How late a batch may be: who is sent something just before it stays out of step with the others. */
const LATE_MS = 5;
/** Nothing more is sent while more is unsent. */
export const PAUSE_BYTES = 256 * 1024;
/** A page that doesn't read is closed when so much is unsent beside one message that is larger by itself, or for so long. */
export const SLOW_BYTES = 1024 * 1024;
export const SLOW_MS = 10_000;
/** Stored entries that a page which was away is sent; if there are more, it loads again. */
export const MAX_CATCH_UP = 1_000;
export const MAX_SUBSCRIPTIONS = 32;
/** A session that ends is told at once; one that runs out is seen when it does, or so much later. */
const LOOK_AGAIN_MS = 60_000;

/** WebSocket close codes (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;
const POLICY = 1008;
const INTERNAL_ERROR = 1011;

export interface PageStart {
  readonly socket: PageSocket;
  readonly visitor: Visitor;
}

interface LivePagePrivate {
  casts: { send(): void; lookAgain(): void };
}

interface LivePageState {
  readonly socket: PageSocket;
  /** Who watches, with the roles of now. */
  visitor: Visitor;
  readonly subscriptions: Map<number, Subscription>;
  /** A send that is planned: most are the batches'. */
  planned: Timer | undefined;
  lastSentAt: number;
  /** Since when more is unsent than may be. */
  slowSince: number | undefined;
  /** Of a message that is larger than what may be unsent: a page that reads takes it too, in its time. */
  largeBytes: number;
}

type PageContext = Context<LivePagePrivate, LivePageState>;

export const LivePage = defineGenServer<LivePagePrivate, LivePageState, PageStart>({
  name: "LivePage",
  trapExits: true,
  async init(ctx, start) {
    ctx.subscribe(CredentialEndedTopic.of(start.visitor.credential));
    ctx.subscribe(RolesChangedTopic.of(start.visitor.user.id));
    // It may have ended between the look that let it in and the moment from which on this process is told.
    const visitor = await findAgain(ctx, start.visitor);
    if (visitor === undefined) {
      start.socket.close(POLICY, "logged out");
      return ignore;
    }
    planLook(ctx, visitor);
    start.socket.start({
      message: (text) => ctx.inform(ctx.self, PageInfo, { type: "message", text }),
      closed: () => ctx.inform(ctx.self, PageInfo, { type: "closed" }),
    });
    return {
      ...start,
      visitor,
      subscriptions: new Map(),
      planned: undefined,
      lastSentAt: -Infinity,
      slowSince: undefined,
      largeBytes: 0,
    };
  },
  infos: [
    on(PageInfo, (ctx: PageContext, message) =>
      message.type === "closed" ? ctx.stop() : hear(ctx, message.text),
    ),
    on(BatchTopic, (ctx: PageContext, batch, project) => hearBatch(ctx, batch, project)),
    on(CredentialEndedTopic, (ctx: PageContext) => leave(ctx)),
    on(RolesChangedTopic, (ctx: PageContext) => lookAgain(ctx)),
  ],
  casts: {
    send(ctx) {
      ctx.state.planned = undefined;
      if (isBehind(ctx)) waitForPage(ctx);
      else send(ctx, ctx.now(), (subscription) => subscription.take());
    },
    async lookAgain(ctx) {
      planLook(ctx, ctx.state.visitor);
      await lookAgain(ctx);
    },
  },
  terminate({ state }, reason) {
    if (isCleanExit(reason)) state?.socket.close(GOING_AWAY, "the server is being stopped");
    else state?.socket.close(INTERNAL_ERROR, "something went wrong here");
  },
  format: ({ visitor, subscriptions }) => ({ user: visitor.user.id, subscriptions: subscriptions.size }),
});

async function hear(ctx: PageContext, text: string): Promise<void> {
  const parsed = clientMessage.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return tell(ctx, {
      type: "error",
      code: "invalid",
      message: [
        ...(issue?.path.length ? [issue.path.join(".")] : []),
        issue?.message ?? "not understood",
      ].join(": "),
    });
  }
  if (parsed.data.type === "unsubscribe") unsubscribe(ctx, parsed.data.id);
  else await subscribe(ctx, parsed.data);
}

// Who may

function leave(ctx: PageContext): void {
  ctx.state.socket.close(POLICY, "logged out");
  ctx.stop();
}

function planLook(ctx: Pick<PageContext, "after" | "wallClock">, { expiresAt }: Visitor): void {
  ctx.after(Math.min(LOOK_AGAIN_MS, Math.max(1, expiresAt - ctx.wallClock())), "lookAgain");
}

/** Takes the roles as they are now, and ends what they don't allow any more. */
async function lookAgain(ctx: PageContext): Promise<void> {
  const visitor = await findAgain(ctx, ctx.state.visitor);
  if (visitor === undefined) return leave(ctx);
  ctx.state.visitor = visitor;
  for (const { request } of ctx.state.subscriptions.values()) {
    if (mayWatch(visitor, request)) continue;
    unsubscribe(ctx, request.id);
    tell(ctx, { type: "error", id: request.id, ...FORBIDDEN });
  }
}

function mayWatch(visitor: Visitor, { project, topics }: Pick<Subscribe, "project" | "topics">): boolean {
  const role = roleIn(visitor, project);
  return role !== undefined && topics.every((topic) => mayActAs(role, TOPIC_ACCESS[topic]));
}

const FORBIDDEN = { code: "forbidden", message: "no such project for this account" };

// Subscribing

async function subscribe(ctx: PageContext, request: Subscribe): Promise<void> {
  const { subscriptions, visitor } = ctx.state;
  const refusal = refusalOf(visitor, subscriptions, request);
  if (refusal !== undefined) return tell(ctx, { type: "error", id: request.id, ...refusal });
  if (![...subscriptions.values()].some((other) => other.request.project === request.project)) {
    ctx.subscribe(BatchTopic.of(request.project));
    await ctx.call(LiveFeed, "follow", request.project);
  }
  const epoch = await ctx.call(Store, "epoch");
  const offset = await ctx.call(Store, "lastEntry");
  // What happens from here on waits in the mailbox, until the snapshot is sent.
  tell(ctx, await takeSnapshot(ctx, request, epoch, offset));
  const known = request.after === undefined ? offset : Math.min(request.after.offset, offset);
  const subscription = new Subscription(request, known);
  subscriptions.set(request.id, subscription);
  if (request.after !== undefined) await catchUp(ctx, subscription, epoch);
}

function refusalOf(visitor: Visitor, subscriptions: LivePageState["subscriptions"], request: Subscribe) {
  const { id } = request;
  if (!mayWatch(visitor, request)) return FORBIDDEN;
  if (subscriptions.has(id))
    return { code: "invalid", message: `expected id to be new on this socket, got: ${id}` };
  if (subscriptions.size >= MAX_SUBSCRIPTIONS)
    return { code: "invalid", message: `expected at most ${MAX_SUBSCRIPTIONS} subscriptions` };
  return undefined;
}

function unsubscribe(ctx: PageContext, id: number): void {
  const { subscriptions } = ctx.state;
  const project = subscriptions.get(id)?.request.project;
  subscriptions.delete(id);
  if (project === undefined || [...subscriptions.values()].some(({ request }) => request.project === project))
    return;
  ctx.unsubscribe(BatchTopic.of(project));
}

/** Sends what was stored while the page was away, or tells it to load again. */
async function catchUp(ctx: PageContext, subscription: Subscription, epoch: string): Promise<void> {
  const { id, project, after } = subscription.request;
  const missed =
    after === undefined || after.epoch !== epoch
      ? undefined
      : await ctx.call(Store, "entriesAfter", project, after.offset, MAX_CATCH_UP);
  if (missed === undefined) {
    unsubscribe(ctx, id);
    return tell(ctx, { type: "reload", id });
  }
  subscription.catchUp(missed);
  plan(ctx, ctx.state.lastSentAt + SEND_EVERY_MS - ctx.now());
}

// Sending

function hearBatch(ctx: PageContext, batch: Batch, project: string): void {
  const { subscriptions, lastSentAt } = ctx.state;
  const isOf = ({ request }: Subscription) => request.project === project;
  const isDue = batch.at >= lastSentAt + SEND_EVERY_MS;
  if (isDue && !isBehind(ctx))
    return send(ctx, batch.at, (each) => (isOf(each) ? each.takeWith(batch) : each.take()));
  for (const each of subscriptions.values()) if (isOf(each)) each.owe(batch);
  if (isDue) waitForPage(ctx);
  // It was sent something else just now. With the next batch it is in step with the others again.
  else plan(ctx, SEND_EVERY_MS + LATE_MS);
}

function plan(ctx: PageContext, waitMs: number): void {
  ctx.state.planned ??= ctx.after(Math.max(0, Math.ceil(waitMs)), "send");
}

function isBehind({ state }: PageContext): boolean {
  return state.socket.unsentBytes > PAUSE_BYTES;
}

/** @param at when, as the times between two sends are counted. */
function send(ctx: PageContext, at: number, take: (from: Subscription) => Message | undefined): void {
  const { state } = ctx;
  if (state.planned !== undefined) ctx.cancel(state.planned);
  state.planned = undefined;
  state.slowSince = undefined;
  state.largeBytes = 0;
  for (const subscription of state.subscriptions.values()) {
    const message = take(subscription);
    if (message === undefined) continue;
    state.lastSentAt = at;
    deliver(ctx, message);
  }
}

function waitForPage(ctx: PageContext): void {
  const { state } = ctx;
  state.slowSince ??= ctx.now();
  const tooMuch = state.socket.unsentBytes > SLOW_BYTES + state.largeBytes;
  if (tooMuch || ctx.now() - state.slowSince > SLOW_MS) {
    state.socket.close(POLICY, "slow");
    return ctx.stop();
  }
  plan(ctx, SEND_EVERY_MS);
}

function tell(ctx: PageContext, message: LiveMessage): void {
  deliver(ctx, new Message(JSON.stringify(message)));
}

function deliver({ state }: PageContext, message: Message): void {
  if (message.frame.length > PAUSE_BYTES) state.largeBytes += message.frame.length;
  state.socket.send(message);
}
