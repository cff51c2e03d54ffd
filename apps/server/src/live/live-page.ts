/** One page that watches: its subscriptions, and what it is owed, sent as fast as it reads and no faster. */

import { defineGenServer, defineInfo, ignore, on, type Context } from "@wheelhouse/actors";
import {
  TOPIC_ACCESS,
  clientMessage,
  type Device,
  type LiveMessage,
  type Snapshot,
  type Subscribe,
  type Variable,
} from "@wheelhouse/api";
import { parseJson } from "@wheelhouse/protocol";
import type { WriteRecord } from "@wheelhouse/storage";
import {
  CredentialEndedTopic,
  RolesChangedTopic,
  findAgain,
  mayActAs,
  roleIn,
  type Visitor,
} from "../accounts/visitor.ts";
import { withDevice } from "../devices/devices.ts";
import { ProjectTopic, deviceName } from "../devices/protocol.ts";
import { toDevice, toWrite } from "../devices/views.ts";
import { Store } from "../store/store.ts";
import { Owed } from "./conflation.ts";

/** The page's end of the socket, as the web server hands it over. */
export interface PageSocket {
  /** Begins to deliver what the page says, as `PageInfo`, to this process. */
  start(to: { message(text: string): void; closed(): void }): void;
  send(text: string): void;
  readonly unsentBytes: number;
  close(code: number, reason: string): void;
}

/** What a page's socket tells its process. */
export type PageMessage = { readonly type: "message"; readonly text: string } | { readonly type: "closed" };
export const PageInfo = defineInfo<PageMessage>("live:page");

/** Between two sends: 30 a second. */
export const SEND_EVERY_MS = 1000 / 30;
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

/** WebSocket close codes (RFC 6455, 7.4): going away; policy. */
const GOING_AWAY = 1001;
const POLICY = 1008;

export interface PageStart {
  readonly socket: PageSocket;
  readonly visitor: Visitor;
}

interface LivePagePrivate {
  casts: { send(): void; lookAgain(): void };
}

interface Subscription {
  readonly request: Subscribe;
  readonly owed: Owed;
}

interface LivePageState {
  readonly socket: PageSocket;
  /** Who watches, with the roles of now. */
  visitor: Visitor;
  readonly subscriptions: Map<number, Subscription>;
  /** Whether a send is planned already. */
  planned: boolean;
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
      planned: false,
      lastSentAt: -Infinity,
      slowSince: undefined,
      largeBytes: 0,
    };
  },
  infos: [
    on(PageInfo, (ctx: PageContext, message) =>
      message.type === "closed" ? ctx.stop() : hear(ctx, message.text),
    ),
    on(ProjectTopic, (ctx: PageContext, event, project) => {
      for (const { request, owed } of ctx.state.subscriptions.values())
        if (request.project === project) owed.add(event);
      plan(ctx);
    }),
    on(CredentialEndedTopic, (ctx: PageContext) => leave(ctx)),
    on(RolesChangedTopic, (ctx: PageContext) => lookAgain(ctx)),
  ],
  casts: {
    send: (ctx) => sendOwed(ctx),
    async lookAgain(ctx) {
      planLook(ctx, ctx.state.visitor);
      await lookAgain(ctx);
    },
  },
  terminate: ({ state }) => state?.socket.close(GOING_AWAY, "the server is being stopped"),
  format: ({ visitor, subscriptions }) => ({ user: visitor.user.id, subscriptions: subscriptions.size }),
});

async function hear(ctx: PageContext, text: string): Promise<void> {
  const parsed = clientMessage.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return tell(ctx, {
      type: "error",
      code: "invalid",
      message: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not understood"}`,
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
    ctx.subscribe(ProjectTopic.of(request.project));
  }
  const epoch = await ctx.call(Store, "epoch");
  const offset = await ctx.call(Store, "lastEntry");
  // What happens from here on waits in the mailbox, until the snapshot is sent.
  tell(ctx, await takeSnapshot(ctx, request, epoch, offset));
  const owed = new Owed(
    request,
    request.after === undefined ? offset : Math.min(request.after.offset, offset),
  );
  subscriptions.set(request.id, { request, owed });
  if (request.after !== undefined) await catchUp(ctx, request, owed, epoch);
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
  ctx.unsubscribe(ProjectTopic.of(project));
}

async function takeSnapshot(
  ctx: PageContext,
  request: Subscribe,
  epoch: string,
  offset: number,
): Promise<Snapshot> {
  const topics = new Set(request.topics);
  const records = (await ctx.call(Store, "devices", request.project)).filter(
    ({ device }) => request.device === undefined || request.device === device,
  );
  const devices: Device[] = [];
  const variables: Record<string, Variable[]> = {};
  const writes: WriteRecord[] = [];
  const needsProcess = topics.has("variables") || topics.has("writes");
  for (const record of records) {
    const view =
      needsProcess || ctx.whereis(deviceName(record)) !== undefined
        ? await withDevice(ctx, record, (device) => ctx.call(device, "view"))
        : undefined;
    devices.push(view?.device ?? toDevice(record, false));
    variables[record.device] = [...(view?.variables ?? [])];
    writes.push(...(view?.openWrites ?? []));
  }
  return {
    type: "snapshot",
    id: request.id,
    epoch,
    offset,
    ...(topics.has("devices") ? { devices } : {}),
    ...(topics.has("variables") ? { variables } : {}),
    ...(topics.has("writes") ? { writes: writes.map(toWrite) } : {}),
  };
}

/** Sends what was stored while the page was away, or tells it to load again. */
async function catchUp(
  ctx: PageContext,
  { id, project, after }: Subscribe,
  owed: Owed,
  epoch: string,
): Promise<void> {
  const missed =
    after === undefined || after.epoch !== epoch
      ? undefined
      : await ctx.call(Store, "entriesAfter", project, after.offset, MAX_CATCH_UP);
  if (missed === undefined) {
    unsubscribe(ctx, id);
    return tell(ctx, { type: "reload", id });
  }
  owed.catchUp(missed);
  plan(ctx);
}

// Sending

/** The first change after a pause leaves at once; others wait their 30th of a second and go together. */
function plan(ctx: PageContext): void {
  const { state } = ctx;
  if (state.planned) return;
  const waitMs = state.lastSentAt + SEND_EVERY_MS - ctx.now();
  if (waitMs <= 0) return sendOwed(ctx);
  state.planned = true;
  ctx.after(waitMs, "send");
}

function sendOwed(ctx: PageContext): void {
  const { state } = ctx;
  state.planned = false;
  if (state.socket.unsentBytes > PAUSE_BYTES) return waitForPage(ctx);
  state.slowSince = undefined;
  state.largeBytes = 0;
  state.lastSentAt = ctx.now();
  for (const { owed } of state.subscriptions.values()) if (!owed.isEmpty) tell(ctx, owed.take());
}

function waitForPage(ctx: PageContext): void {
  const { state } = ctx;
  state.slowSince ??= ctx.now();
  const tooMuch = state.socket.unsentBytes > SLOW_BYTES + state.largeBytes;
  if (tooMuch || ctx.now() - state.slowSince > SLOW_MS) {
    state.socket.close(POLICY, "slow");
    return ctx.stop();
  }
  state.planned = true;
  ctx.after(SEND_EVERY_MS, "send");
}

function tell(ctx: PageContext, message: LiveMessage): void {
  const text = JSON.stringify(message);
  if (text.length > PAUSE_BYTES) ctx.state.largeBytes += Buffer.byteLength(text);
  ctx.state.socket.send(text);
}
