/**
 * One device: its variables, its session, its open writes. Everything it says and everything a person wants of it goes
 * through this process in order; what is said is stored in groups, one after the other, and acknowledged when durable.
 */

import {
  NoProcessError,
  ProcessExitedError,
  defineGenServer,
  noReply,
  type Context,
  type GenServer,
  type Ref,
  type ReplyTo,
} from "@wheelhouse/actors";
import { SESSION_RESUME_MS, type AppliedResult, type JsonObject } from "@wheelhouse/protocol";
import {
  StorageFailedError,
  type DeviceAddress,
  type DeviceRecord,
  type NewLogEntry,
  type StoredBatch,
  type WriteRecord,
  type WriteUpdate,
} from "@wheelhouse/storage";
import { randomId } from "../accounts/secrets.ts";
import { Store } from "../store/store.ts";
import { Batch } from "./batch.ts";
import {
  ProjectTopic,
  type AttachOutcome,
  type Attachment,
  type ChangeOutcome,
  type DeviceConnectionProtocol,
  type DeviceLine,
  type DeviceProtocol,
  type DeviceView,
  type ProjectEvent,
} from "./protocol.ts";
import { VariableTable, type Report } from "./variable-table.ts";
import { WriteTable } from "./write-table.ts";
import { toDevice, toVariable } from "./views.ts";

/** How long a process stays for a device that is away and that nobody asks about. */
const IDLE_MS = 60_000;
/** When storing is tried again after it failed. */
const RETRY_STORING_MS = 1_000;

interface DevicePrivate extends DeviceProtocol {
  casts: DeviceProtocol["casts"] & {
    batchStored(batch: Batch, stored: StoredBatch): void;
    batchFailed(batch: Batch, error: Error): void;
    store(batch: Batch): void;
  };
}

/** The connection that speaks for the device now. */
interface Attached {
  readonly connection: Ref<DeviceConnectionProtocol>;
  readonly session: string;
  /** The highest `seq` that came. */
  received: number;
  /** The highest that is durable or was refused. */
  acknowledged: number;
}

/** What waits until everything said before is stored. */
type Waiting =
  | { readonly type: "attach"; readonly attachment: Attachment; readonly from: ReplyTo<AttachOutcome> }
  | Closing;

interface Closing {
  readonly type: "close";
  readonly session: string;
  readonly reason: string;
  readonly resumable: boolean;
  readonly at: number;
}

/** A person's wish that waits for a batch: the storage must know the variables it names. */
interface WaitingChange {
  readonly behind: Batch;
  readonly values: JsonObject;
  readonly by: string;
  readonly from: ReplyTo<ChangeOutcome>;
}

interface DeviceState {
  readonly address: DeviceAddress;
  /** `undefined` for a device that never was. */
  record: DeviceRecord | undefined;
  readonly variables: VariableTable;
  readonly writes: WriteTable;
  attached: Attached | undefined;
  /** What was said since the last batch went to the storage. */
  batch: Batch;
  /** The batch that is being stored. */
  storing: Batch | undefined;
  /** Whether storing it has failed, and the connection knows. */
  failing: boolean;
  readonly waiting: Waiting[];
  changes: readonly WaitingChange[];
  settling: readonly { readonly set: number; readonly from: ReplyTo<readonly WriteRecord[]> }[];
}

type DeviceContext = Context<DevicePrivate, DeviceState>;

export const DeviceServer: GenServer<DeviceProtocol, DeviceAddress> = defineGenServer<
  DevicePrivate,
  DeviceState,
  DeviceAddress
>({
  name: "Device",
  async init(ctx, address) {
    const stored = await ctx.call(Store, "deviceState", address);
    ctx.idleAfter(IDLE_MS);
    return {
      address,
      record: stored?.record,
      variables: new VariableTable(stored?.variables ?? []),
      writes: new WriteTable(stored?.writes ?? []),
      attached: undefined,
      batch: new Batch(""),
      storing: undefined,
      failing: false,
      waiting: [],
      changes: [],
      settling: [],
    };
  },

  calls: {
    async attach(ctx, attachment) {
      const { attached } = ctx.state;
      if (attached !== undefined && !attachment.takeOver) return { outcome: "occupied" };
      ctx.state.waiting.push(...replace(ctx));
      ctx.state.waiting.push({ type: "attach", attachment, from: ctx.from });
      await goOn(ctx);
      return noReply;
    },

    change(ctx, values, by) {
      restIfIdle(ctx);
      const { storing, failing, batch } = ctx.state;
      if (failing) return { outcome: "storage_unavailable" };
      const behind = batch.isEmpty ? storing : batch;
      if (behind === undefined) return change(ctx, values, by);
      ctx.state.changes = [...ctx.state.changes, { behind, values, by, from: ctx.from }];
      return noReply;
    },

    settled(ctx, set) {
      restIfIdle(ctx);
      if (ctx.state.writes.isSettled(set)) return ctx.state.writes.ofSet(set);
      ctx.state.settling = [...ctx.state.settling, { set, from: ctx.from }];
      return noReply;
    },

    view(ctx) {
      restIfIdle(ctx);
      return toView(ctx.state);
    },
  },

  casts: {
    async heard(ctx, line) {
      if (ctx.state.attached?.connection !== line.connection) return;
      hear(ctx, ctx.state.attached, line);
      await goOn(ctx);
    },

    async answered(ctx, connection, set, results) {
      if (ctx.state.attached?.connection !== connection) return;
      if (!takeAnswer(ctx, set, results)) {
        ctx.cast(
          connection,
          "refuse",
          "unknown_write",
          `no set with the id ${set} was sent to this device`,
          undefined,
        );
      }
      await goOn(ctx);
    },

    async detached(ctx, connection, reason, resumable) {
      if (ctx.state.attached?.connection !== connection) return;
      ctx.state.waiting.push(...detach(ctx, reason, resumable));
      await goOn(ctx);
      restIfIdle(ctx);
    },

    async batchStored(ctx, batch, stored) {
      ctx.state.storing = undefined;
      ctx.state.failing = false;
      tellStored(ctx, batch, stored);
      await changeBehind(ctx, batch);
      await goOn(ctx);
      restIfIdle(ctx);
    },

    batchFailed(ctx, batch, error) {
      // Anything but the engine's own failure is a bug: the process ends, and the device sends again what wasn't stored.
      if (!(error instanceof StorageFailedError)) throw error;
      const { attached, failing, changes } = ctx.state;
      if (attached !== undefined && !failing) ctx.cast(attached.connection, "storageUnavailable");
      ctx.state.failing = true;
      ctx.state.changes = [];
      for (const { from } of changes) ctx.reply(from, { outcome: "storage_unavailable" });
      ctx.after(RETRY_STORING_MS, "store", batch);
    },

    store: (ctx, batch) => store(ctx, batch),
  },

  async down(ctx, { ref }) {
    if (ctx.state.attached?.connection !== ref) return;
    ctx.state.waiting.push(...detach(ctx, "connection lost", true));
    await goOn(ctx);
    restIfIdle(ctx);
  },

  timeout(ctx) {
    // Nobody waits for a change for as long as this has been idle.
    if (ctx.state.attached === undefined && ctx.state.storing === undefined) ctx.stop();
  },

  format: ({ address }) => address,
});

/** A device that never was is of no use to anybody, so its process doesn't stay. */
function restIfIdle(ctx: DeviceContext): void {
  const { attached, record } = ctx.state;
  if (attached === undefined) ctx.idleAfter(record === undefined ? 0 : IDLE_MS);
}

// Attaching

/** Stores what has been said, or does what waited for it. Holds the mailbox only while a session opens or closes. */
async function goOn(ctx: DeviceContext): Promise<void> {
  const { state } = ctx;
  if (state.storing !== undefined) return;
  while (state.batch.isEmpty) {
    const work = state.waiting.shift();
    if (work === undefined) return;
    if (work.type === "attach") ctx.reply(work.from, await attach(ctx, work.attachment));
    else await closeSession(ctx, work);
  }
  const { batch } = state;
  state.batch = new Batch(batch.session);
  store(ctx, batch);
}

async function attach(
  ctx: DeviceContext,
  { connection, about, resume, takeOver }: Attachment,
): Promise<AttachOutcome> {
  const { state } = ctx;
  // Another one may have come to the front of the queue first.
  if (state.attached !== undefined && !takeOver) return { outcome: "occupied" };
  for (const closing of replace(ctx)) await closeSession(ctx, closing);
  const at = ctx.wallClock();
  try {
    const { session, resumed, acknowledged } = await ctx.callWithin(Infinity, Store, "openSession", {
      ...state.address,
      ...about,
      at,
      newSession: randomId(),
      ...(resume === undefined ? {} : { resume }),
      resumeAfter: at - SESSION_RESUME_MS,
    });
    state.record = withAbout(state, about, at);
    state.attached = { connection, session, received: acknowledged, acknowledged };
    state.batch = new Batch(session);
    ctx.monitor(connection);
    publishDevice(ctx);
    sendOpenWrites(ctx);
    return { outcome: "attached", session, resumed, acknowledged };
  } catch (error) {
    if (error instanceof StorageFailedError) return { outcome: "storage_unavailable" };
    throw error;
  }
}

function withAbout({ record, address }: DeviceState, about: Attachment["about"], at: number): DeviceRecord {
  const before = record ?? {
    ...address,
    name: null,
    app: null,
    build: null,
    tags: [],
    firstSeen: at,
    lastSeen: at,
  };
  return { ...before, ...about, lastSeen: at };
}

/** Tells the connection that is there, if any, that another has come. */
function replace(ctx: DeviceContext): readonly Closing[] {
  const { attached } = ctx.state;
  if (attached !== undefined)
    ctx.cast(attached.connection, "end", "replaced", "the same device connected again");
  return detach(ctx, "replaced", true);
}

/** From here on no connection speaks for the device; its session is to be closed once what it said is stored. */
function detach(ctx: DeviceContext, reason: string, resumable: boolean): readonly Closing[] {
  const { state } = ctx;
  if (state.attached === undefined) return [];
  const { connection, session } = state.attached;
  ctx.demonitor(connection);
  state.attached = undefined;
  publishDevice(ctx);
  return [{ type: "close", session, reason, resumable, at: ctx.wallClock() }];
}

async function closeSession(ctx: DeviceContext, { session, reason, resumable, at }: Closing): Promise<void> {
  try {
    await ctx.callWithin(Infinity, Store, "closeSession", { session, reason, resumable, at });
  } catch (error) {
    // A session that isn't marked as ended is one that ended with the server: nothing is lost by it.
    const isAway =
      error instanceof StorageFailedError ||
      error instanceof NoProcessError ||
      error instanceof ProcessExitedError;
    if (!isAway) throw error;
  }
}

// What the device says

function hear(ctx: DeviceContext, attached: Attached, line: DeviceLine): void {
  const { state } = ctx;
  const { batch } = state;
  const { seq, receivedAt } = line;
  batch.line = line.line;
  batch.receivedAt = receivedAt;
  if (state.record !== undefined) state.record = { ...state.record, lastSeen: receivedAt };
  if (seq !== undefined) {
    if (seq <= attached.received) {
      batch.seq ??= attached.received;
      return;
    }
    batch.missed += seq - attached.received - 1;
    batch.seq = attached.received = seq;
  }
  take(ctx, attached, line);
}

function take(ctx: DeviceContext, attached: Attached, { content, receivedAt, seq }: DeviceLine): void {
  const { variables, batch } = ctx.state;
  switch (content.type) {
    case "declare":
      return addReport(
        ctx,
        variables.declare(content.variables, { at: receivedAt, receivedAt, backlog: false }),
      );
    case "values": {
      const report = variables.reportValues(content.values, {
        at: content.at,
        receivedAt,
        backlog: content.backlog,
      });
      if (typeof report === "string") return ctx.cast(attached.connection, "refuse", "invalid", report, seq);
      return addReport(ctx, report);
    }
    case "typed_values":
      addReport(
        ctx,
        variables.reportTypedValues(content.values, { at: content.at, receivedAt, backlog: false }),
      );
      return updateWrites(ctx, ctx.state.writes.appliedBy(variables, receivedAt));
    case "logs":
      batch.logs.push(...content.entries.map((entry): NewLogEntry => ({ ...entry, receivedAt })));
      return;
    case "refused":
  }
}

function addReport(ctx: DeviceContext, { declarations, samples }: Report): void {
  const { batch, address } = ctx.state;
  batch.declarations.push(...declarations);
  batch.samples.push(...samples);
  if (declarations.length > 0) {
    const declared = declarations.map(({ declaration }) => viewOf(ctx.state, declaration.name));
    publish(ctx, { type: "declared", device: address.device, variables: declared });
  }
  const live = samples.filter(({ backlog }) => !backlog);
  if (live.length === 0) return;
  const values = Object.fromEntries(live.map(({ name, at, value }) => [name, [at, value] as const]));
  publish(ctx, { type: "values", device: address.device, values });
}

// Storing

function store(ctx: DeviceContext, batch: Batch): void {
  ctx.state.storing = batch;
  ctx.callWithin(Infinity, Store, "append", batch.toDeviceBatch(ctx.state.address)).then(
    (stored) => ctx.cast(ctx.self, "batchStored", batch, stored),
    (error: Error) => ctx.cast(ctx.self, "batchFailed", batch, error),
  );
}

function tellStored(ctx: DeviceContext, batch: Batch, { logs, writes }: StoredBatch): void {
  const { attached, address } = ctx.state;
  if (attached !== undefined && attached.session === batch.session && batch.line > 0) {
    attached.acknowledged = Math.max(attached.acknowledged, batch.seq ?? 0);
    ctx.cast(
      attached.connection,
      "stored",
      batch.line,
      batch.seq === undefined ? undefined : attached.acknowledged,
    );
  }
  ctx.state.writes.remember(writes);
  answerSettling(ctx);
  if (logs.length + writes.length > 0) publish(ctx, { type: "stored", device: address.device, logs, writes });
}

// Writes

/** Does what waited for a batch that is now stored, before more of the device's is. */
async function changeBehind(ctx: DeviceContext, batch: Batch): Promise<void> {
  const { changes } = ctx.state;
  ctx.state.changes = changes.filter(({ behind }) => behind !== batch);
  for (const { behind, values, by, from } of changes) {
    if (behind === batch) ctx.reply(from, await change(ctx, values, by));
  }
}

async function change(ctx: DeviceContext, values: JsonObject, by: string): Promise<ChangeOutcome> {
  const { state } = ctx;
  if (state.record === undefined) return { outcome: "unknown_device" };
  const checked = state.variables.checkChange(values);
  if ("code" in checked) return { outcome: "refused", ...checked };
  try {
    const stored = await ctx.callWithin(Infinity, Store, "change", {
      ...state.address,
      by,
      at: ctx.wallClock(),
      expiresAt: null,
      values: checked.values,
    });
    state.writes.remember(stored.replaced);
    state.writes.add(stored.writes);
    answerSettling(ctx);
    state.writes.forgetBehind(stored.writes, new Set(state.settling.map(({ set }) => set)));
    publish(ctx, {
      type: "stored",
      device: state.address.device,
      logs: [],
      writes: [...stored.replaced, ...stored.writes],
    });
    sendWrites(ctx, stored.writes);
    await goOn(ctx);
    return {
      outcome: "stored",
      set: stored.set,
      writes: stored.writes.map(({ id }) => state.writes.get(id) as WriteRecord),
    };
  } catch (error) {
    if (error instanceof StorageFailedError) return { outcome: "storage_unavailable" };
    throw error;
  }
}

/** Answers those who waited for a change that is settled now. */
function answerSettling(ctx: DeviceContext): void {
  const { state } = ctx;
  state.settling = state.settling.filter(({ set, from }) => {
    const settled = state.writes.isSettled(set);
    if (settled) ctx.reply(from, state.writes.ofSet(set));
    return !settled;
  });
}

/** Sends again, under their ids, what is still open. */
function sendOpenWrites(ctx: DeviceContext): void {
  const { open } = ctx.state.writes;
  for (const set of new Set(open.map((write) => write.set))) {
    const ofSet = open.filter((write) => write.set === set);
    sendWrites(ctx, ofSet);
  }
}

function sendWrites(ctx: DeviceContext, sent: readonly WriteRecord[]): void {
  const { attached, variables, writes } = ctx.state;
  const [first] = sent;
  if (attached === undefined || first === undefined) return;
  const values = sent.map(({ name, value }) => {
    const entry = variables.get(name);
    return { name, value, kind: entry?.declaration.kind ?? "json", type: entry?.type ?? "" };
  });
  ctx.cast(attached.connection, "set", first.set, values);
  updateWrites(ctx, writes.markSent(sent, ctx.wallClock()));
}

/** States go into the storage with the next batch; nobody is told of them before. */
function updateWrites(ctx: DeviceContext, updates: readonly WriteUpdate[]): void {
  const { batch } = ctx.state;
  batch.writes.push(...updates);
  batch.receivedAt = Math.max(batch.receivedAt, ...updates.map(({ at }) => at));
}

/** Takes the device's answer to a set; false for a set it was never sent. */
function takeAnswer(
  ctx: DeviceContext,
  set: number,
  results: Readonly<Record<string, AppliedResult>>,
): boolean {
  const { writes, variables } = ctx.state;
  if (!writes.canHaveSent(set)) return false;
  const at = ctx.wallClock();
  const { updates, reported } = writes.readAnswer(set, results, at);
  updateWrites(ctx, updates);
  const report = variables.reportValues(reported, { at, receivedAt: at, backlog: false });
  if (typeof report !== "string") addReport(ctx, report);
  return true;
}

// What others see

function toView(state: DeviceState): DeviceView | undefined {
  const { record, variables, writes, attached } = state;
  if (record === undefined) return undefined;
  return {
    device: toDevice(record, attached !== undefined),
    variables: [...variables.entries].map(({ declaration }) => viewOf(state, declaration.name)),
    openWrites: writes.open,
  };
}

function viewOf({ variables, writes }: DeviceState, name: string) {
  const entry = variables.get(name);
  if (entry === undefined) throw new Error(`expected the variable ${name} to be known`);
  return toVariable(entry.declaration, entry.reported, writes.newestOf(name));
}

function publishDevice(ctx: DeviceContext): void {
  const { record, attached } = ctx.state;
  if (record !== undefined)
    publish(ctx, { type: "device", device: toDevice(record, attached !== undefined) });
}

function publish(ctx: DeviceContext, event: ProjectEvent): void {
  ctx.broadcast(ProjectTopic.of(ctx.state.address.project), event);
}
