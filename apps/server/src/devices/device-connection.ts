/**
 * One device's TCP connection: finds out the dialect, has the key verified, and from then on passes lines to the device's
 * process and its answers back. Who is speaking is bound here, once, and never taken from a later line.
 */

import { CallTimeoutError, on, type Ref } from "@wheelhouse/actors";
import {
  DRAIN_TIMEOUT_MS,
  defineConnection,
  type ConnectionContext,
  type KeyedBuckets,
} from "@wheelhouse/net";
import {
  HEARTBEAT_MS,
  MAX_LINE_BYTES,
  MAX_WRONG_KEYS,
  VERIFY_TIMEOUT_MS,
  anonymousDeviceId,
  formatError,
  type Code,
  type Hello,
} from "@wheelhouse/protocol";
import { StorageFailedError, type DeviceKeyRecord } from "@wheelhouse/storage";
import { Store } from "../store/store.ts";
import { withDevice } from "./devices.ts";
import {
  NEITHER_DIALECT,
  clockAhead,
  dialectOf,
  type Dialect,
  type Said,
  type SaidByStranger,
} from "./dialects.ts";
import { LineWindow } from "./line-window.ts";
import {
  RevokedTopic,
  type AttachOutcome,
  type DeviceConnectionProtocol,
  type DeviceProtocol,
  type LineContent,
} from "./protocol.ts";

/** After so many times the heartbeat without a line, the device is gone. */
const SILENT_HEARTBEATS = 3;
/** How much later than asked a silence may be noticed: timers of one duration share a list, and many mustn't all differ. */
const HEARTBEAT_STEP_MS = 1_000;

/** How often a connection that was too fast looks whether it may go on. */
const SLOW_STEP_MS = 100;
/** How often it is told that it is too fast, at the most. */
const SLOW_NOTICE_MS = 1_000;

interface ConnectionPrivate extends DeviceConnectionProtocol {
  casts: DeviceConnectionProtocol["casts"] & {
    mayGoOn(): void;
    verifyTimedOut(): void;
    heartbeat(): void;
    /** A device that said goodbye, or sends no more, isn't told any more what is stored. */
    waitedEnough(): void;
  };
}

/** A connection that has shown a right key. */
interface Verified {
  readonly key: string;
  readonly device: Ref<DeviceProtocol>;
  readonly clockAheadMs: number;
}

interface ConnectionState {
  dialect: Dialect | undefined;
  verified: Verified | undefined;
  wrongKeys: number;
  /** Of the line that is being heard. */
  lineBytes: number;
  readonly window: LineWindow;
  lastLineAt: number;
  /** Lines by device key, over all connections of a listener. */
  readonly keyLines: KeyedBuckets;
  /** Its key has said too much of late: nothing is read until it may say more. */
  tooFast: boolean;
  toldTooFastAt: number;
  /** Why the connection ends, once all it passed on is stored: the device says goodbye, sends no more, or the server drains. */
  ending: "bye" | "closed" | "shutting_down" | undefined;
}

type Ctx = ConnectionContext<ConnectionPrivate, ConnectionState>;

export const DeviceConnection = defineConnection<ConnectionPrivate, ConnectionState, KeyedBuckets>({
  name: "DeviceConnection",

  init(ctx, keyLines) {
    ctx.after(VERIFY_TIMEOUT_MS, "verifyTimedOut");
    return {
      dialect: undefined,
      verified: undefined,
      wrongKeys: 0,
      lineBytes: 0,
      window: new LineWindow(),
      lastLineAt: ctx.now(),
      keyLines,
      tooFast: false,
      toldTooFastAt: Number.NEGATIVE_INFINITY,
      ending: undefined,
    };
  },

  data(ctx, packet) {
    ctx.state.lastLineAt = ctx.now();
    ctx.state.lineBytes = packet.length;
    const line = toLine(packet);
    return line === "" ? undefined : hearLine(ctx, line);
  },

  overlong(ctx) {
    const { dialect, verified } = ctx.state;
    ctx.state.lastLineAt = ctx.now();
    if (dialect === undefined || verified === undefined)
      return leave(ctx, "too_large", "the line is too long");
    countLine(ctx, dialect, verified.key);
    const text = `expected a line of at most ${MAX_LINE_BYTES} bytes; this one was skipped`;
    ctx.send(dialect.refusal("too_large", text));
  },

  // Whoever closes here has said so to the device's process already. Who only sends no more may wait for what becomes of it.
  closed(ctx, by) {
    if (by === "us") return undefined;
    if (ctx.state.dialect?.hasAcks === true) return endWhenStored(ctx, "closed") ? undefined : "stay";
    detach(ctx, "closed");
    return undefined;
  },

  error(ctx) {
    detach(ctx, "connection lost");
  },

  // What the listener minds for connections: that the peer takes what it is sent.
  timeout(ctx) {
    detach(ctx, "connection lost");
  },

  shutdown(ctx) {
    ctx.state.ending ??= "shutting_down";
    return endIfStored(ctx) ? undefined : "stay";
  },

  infos: [on(RevokedTopic, (ctx) => leave(ctx, "revoked", "this key was revoked"))],

  // The device's process is gone: what it hadn't stored, the device sends again when it comes back.
  down(ctx) {
    ctx.close();
  },

  casts: {
    stored(ctx, line, seq) {
      const { state } = ctx;
      state.window.storedUpTo(line);
      const ack = seq === undefined ? undefined : state.dialect?.ack(seq);
      if (ack !== undefined) ctx.send(ack);
      readOn(ctx);
      if (state.ending !== undefined) endIfStored(ctx);
    },

    refuse(ctx, code, text, seq) {
      ctx.send(ctx.state.dialect?.refusal(code, text, seq) ?? "");
    },

    set(ctx, set, values) {
      const { dialect, verified } = ctx.state;
      if (dialect !== undefined && verified !== undefined) ctx.send(dialect.set(verified.key, set, values));
    },

    end: (ctx, code, text) => leave(ctx, code, text),

    waitedEnough: end,

    verifyTimedOut(ctx) {
      // A network that stood still looks the same: whoever that happened to is to come back.
      if (ctx.state.verified === undefined)
        leave(ctx, "silent", `expected a right key within ${VERIFY_TIMEOUT_MS} ms`);
    },

    mayGoOn(ctx) {
      const { keyLines, verified } = ctx.state;
      ctx.state.tooFast = verified !== undefined && !keyLines.has(verified.key, ctx.now());
      if (ctx.state.tooFast) ctx.after(SLOW_STEP_MS, "mayGoOn");
      else readOn(ctx);
    },

    heartbeat(ctx) {
      const { dialect, lastLineAt } = ctx.state;
      const silentMs = ctx.now() - lastLineAt;
      // While the server itself doesn't read, silence says nothing about the device.
      if (isReading(ctx.state) && silentMs >= SILENT_HEARTBEATS * HEARTBEAT_MS)
        return leave(ctx, "silent", "nothing came for too long");
      if (silentMs >= HEARTBEAT_MS) ctx.send(dialect?.ping() ?? "");
      ctx.after(untilNextHeartbeat(silentMs), "heartbeat");
    },
  },
});

function untilNextHeartbeat(silentMs: number): number {
  return Math.ceil((HEARTBEAT_MS - (silentMs % HEARTBEAT_MS)) / HEARTBEAT_STEP_MS) * HEARTBEAT_STEP_MS;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The line without its end. Framing came first, so where the network cut the bytes can't matter. */
function toLine(packet: Buffer): string {
  const text = utf8.decode(packet);
  return text.replace(/\r?\n$/, "");
}

function hearLine(ctx: Ctx, line: string): void | Promise<void> {
  const { state } = ctx;
  state.dialect ??= dialectOf(line);
  const { dialect, verified } = state;
  if (dialect === undefined) return leave(ctx, NEITHER_DIALECT.code, NEITHER_DIALECT.text);
  const receivedAt = ctx.wallClock();
  if (verified === undefined)
    return hearStranger(ctx, dialect, dialect.readStranger(line, { receivedAt, clockAheadMs: 0 }));
  countLine(ctx, dialect, verified.key);
  if (dialect.claimsOtherKey(line, verified.key))
    return void ctx.send(dialect.refusal("unauthorized", "this connection is verified with another key"));
  const said = dialect.read(line, { receivedAt, clockAheadMs: verified.clockAheadMs });
  return hearDevice(ctx, dialect, verified, said, receivedAt);
}

/** Whether the next line may come: the window has room, the key hasn't said too much, and the device has more to say. */
function isReading({ window, tooFast, ending }: ConnectionState): boolean {
  return window.hasRoom && !tooFast && ending !== "bye" && ending !== "closed";
}

function readOn(ctx: Ctx): void {
  if (isReading(ctx.state)) ctx.resume();
}

/** The line that is one too many is heard all the same; the next one has to wait. */
function countLine(ctx: Ctx, dialect: Dialect, key: string): void {
  const { state } = ctx;
  const now = ctx.now();
  if (state.keyLines.take(key, now) || state.tooFast) return;
  state.tooFast = true;
  ctx.pause();
  ctx.after(SLOW_STEP_MS, "mayGoOn");
  if (now - state.toldTooFastAt < SLOW_NOTICE_MS) return;
  state.toldTooFastAt = now;
  const text = "too many lines a second for this key; they are read more slowly";
  ctx.send(dialect.refusal("rate_limited", text));
}

// Before verification

function hearStranger(ctx: Ctx, dialect: Dialect, said: SaidByStranger): void | Promise<void> {
  switch (said.type) {
    case "identify":
      return verify(ctx, dialect, said.key, said.hello);
    case "refused":
      return void ctx.send(dialect.refusal(said.code, said.text));
    case "bye":
      return ctx.close();
  }
}

async function verify(ctx: Ctx, dialect: Dialect, key: string, hello: Hello | undefined): Promise<void> {
  try {
    const record = await ctx.call(Store, "validDeviceKey", key);
    if (record === undefined) return refuseKey(ctx, dialect);
    ctx.subscribe(RevokedTopic.of(record.id));
    // Looked up again, since it may have been revoked between the first look and the subscription.
    if ((await ctx.call(Store, "validDeviceKey", key)) === undefined)
      return leave(ctx, "revoked", "this key was revoked");
    await attach(ctx, dialect, record, hello);
  } catch (error) {
    // The device's own process answers late while it can't store what its last connection sent.
    if (!(error instanceof StorageFailedError || error instanceof CallTimeoutError)) throw error;
    leave(ctx, "storage_unavailable", "storing fails for now; come back later");
  }
}

function refuseKey(ctx: Ctx, dialect: Dialect): void {
  ctx.state.wrongKeys += 1;
  const text = "no such key";
  if (ctx.state.wrongKeys >= MAX_WRONG_KEYS) leave(ctx, "unauthorized", text);
  else ctx.send(dialect.refusal("unauthorized", text));
}

/** Connections of dialect 1 that share a key are given the lowest free number; one of dialect 2 says who it is, and wins. */
async function attach(
  ctx: Ctx,
  dialect: Dialect,
  record: DeviceKeyRecord,
  hello: Hello | undefined,
): Promise<void> {
  for (let number = 1; ; number += 1) {
    const address = { project: record.project, device: hello?.device ?? anonymousDeviceId(number) };
    const outcome = await withDevice(ctx, address, async (device) => {
      const attached = await ctx.call(device, "attach", {
        connection: ctx.self,
        about: aboutOf(hello),
        resume: hello?.session,
        takeOver: !dialect.isAnonymous,
      });
      return { ...attached, device };
    });
    if (outcome.outcome !== "occupied") return welcome(ctx, dialect, record, hello, outcome);
  }
}

function aboutOf(hello: Hello | undefined) {
  const { name, app, build, tags } = hello ?? {};
  return {
    ...(name === undefined ? {} : { name }),
    ...(app === undefined ? {} : { app }),
    ...(build === undefined ? {} : { build }),
    ...(tags === undefined ? {} : { tags }),
  };
}

type Settled = Exclude<AttachOutcome, { outcome: "occupied" }> & { readonly device: Ref<DeviceProtocol> };

function welcome(
  ctx: Ctx,
  dialect: Dialect,
  { key }: DeviceKeyRecord,
  hello: Hello | undefined,
  outcome: Settled,
): void {
  if (outcome.outcome === "storage_unavailable") {
    return leave(ctx, "storage_unavailable", "storing fails for now; come back later");
  }
  const { session, resumed, acknowledged, device } = outcome;
  const now = ctx.wallClock();
  ctx.state.verified = { key, device, clockAheadMs: clockAhead(hello?.now, now) };
  ctx.monitor(device);
  ctx.setOptions({ maxPacketBytes: MAX_LINE_BYTES });
  if (dialect.hasHeartbeat) ctx.after(HEARTBEAT_MS, "heartbeat");
  ctx.send(dialect.welcome({ session, resumed, acknowledged, now }));
}

// After verification

function hearDevice(ctx: Ctx, dialect: Dialect, verified: Verified, said: Said, receivedAt: number): void {
  switch (said.type) {
    case "content":
      return passOn(ctx, verified, said.content, said.seq, receivedAt);
    case "refused":
      ctx.send(dialect.refusal(said.code, said.text, said.seq));
      if (said.seq !== undefined) passOn(ctx, verified, { type: "refused" }, said.seq, receivedAt);
      return;
    case "answer":
      return ctx.cast(verified.device, "answered", ctx.self, said.set, said.results);
    case "identify":
      return identifyAgain(ctx, dialect, verified, said.key);
    case "ping":
      return void ctx.send(dialect.pong());
    case "pong":
      return;
    case "bye":
      ctx.pause();
      endWhenStored(ctx, "bye");
  }
}

function passOn(
  ctx: Ctx,
  { device }: Verified,
  content: LineContent,
  seq: number | undefined,
  receivedAt: number,
): void {
  const { window, lineBytes } = ctx.state;
  const line = window.pass(lineBytes);
  ctx.cast(device, "heard", { connection: ctx.self, line, seq, receivedAt, content });
  if (!window.hasRoom) ctx.pause();
}

function identifyAgain(ctx: Ctx, dialect: Dialect, { key }: Verified, claimed: string): void {
  const again = claimed === key ? dialect.welcomeAgain() : undefined;
  ctx.send(again ?? dialect.refusal("already_verified", "this connection is verified already"));
}

// Leaving

/** Tells the device why, where its dialect has words for it, and closes. */
function leave(ctx: Ctx, code: Code, text: string): void {
  ctx.send(ctx.state.dialect?.farewell(code, text) ?? formatError(code, text));
  detach(ctx, code);
  ctx.close();
}

/** Who said goodbye won't go on with the session, however the connection ends then. */
function detach(ctx: Ctx, reason: string): void {
  const { verified, ending } = ctx.state;
  if (verified === undefined) return;
  const saidBye = ending === "bye";
  ctx.cast(verified.device, "detached", ctx.self, saidBye ? "bye" : reason, !saidBye);
}

/** What came before is stored and acknowledged first; for that it has as long as when the server drains. False when it isn't yet. */
function endWhenStored(ctx: Ctx, why: "bye" | "closed"): boolean {
  ctx.state.ending ??= why;
  const hasEnded = endIfStored(ctx);
  if (!hasEnded) ctx.after(DRAIN_TIMEOUT_MS, "waitedEnough");
  return hasEnded;
}

/** Ends once everything that was passed on is stored and acknowledged; false when it isn't yet. */
function endIfStored(ctx: Ctx): boolean {
  if (!ctx.state.window.isEmpty) return false;
  end(ctx);
  return true;
}

function end(ctx: Ctx): void {
  const { dialect, ending = "shutting_down" } = ctx.state;
  if (ending === "shutting_down" && dialect !== undefined)
    ctx.send(dialect.farewell(ending, "the server is being stopped"));
  detach(ctx, ending);
  ctx.close();
}
