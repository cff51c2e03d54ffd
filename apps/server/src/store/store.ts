/**
 * The storage adapter's process: opens it, hands every call on without waiting in between, tells of what is stored, closes
 * it at the end.
 */

import { defineGenServer, later, processName, type Context, type GenServer } from "@wheelhouse/actors";
import type { AccountStorage, DeviceStorage, Storage } from "@wheelhouse/storage";
import { ProjectTopic } from "../devices/protocol.ts";
import { counted, noCounts, type StoreCounts } from "./counts.ts";
import { StoringHealth } from "./storing-health.ts";
import { telling } from "./telling.ts";

/** A port's methods as calls: what they resolve with is the reply. */
type CallsTo<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : never;
};

export interface StoreProtocol {
  calls: CallsTo<AccountStorage> &
    CallsTo<DeviceStorage> & {
      epoch(): string;
      /** Since this process began. */
      counts(): StoreCounts;
      /** Why storing fails: it did a moment ago, and nothing was stored since. `undefined` when it doesn't. */
      failure(): string | undefined;
    };
}

interface StorePrivate extends StoreProtocol {
  casts: { adapterFailed(error: Error): void };
}

/** Devices try again every second, so for longer there is nothing to store and nobody knows whether it would fail. */
const FAILING_MS = 30_000;

interface StoreState extends Storage {
  readonly counts: StoreCounts;
  readonly health: StoringHealth;
}

export const Store = processName<StoreProtocol>("store");

/** Opens a storage; `onFailed` is called when it can't be used any more. */
export type OpenStorage = (onFailed: (error: Error) => void) => Promise<Storage>;

// Records, so that a call missing here doesn't compile.
const ACCOUNT_CALLS: Record<keyof AccountStorage, true> = {
  countUsers: true,
  register: true,
  userByEmail: true,
  userById: true,
  memberships: true,
  setRetention: true,
  setPassword: true,
  addPasswordReset: true,
  passwordReset: true,
  resetPassword: true,
  addWebSession: true,
  webSessions: true,
  sessionHolder: true,
  touchWebSession: true,
  removeWebSession: true,
  addKnownDevice: true,
  knownDevice: true,
  forgetKnownDevices: true,
  addToken: true,
  tokens: true,
  tokenHolder: true,
  touchToken: true,
  removeToken: true,
  addProject: true,
  renameProject: true,
  members: true,
  setRole: true,
  removeMember: true,
  addInvitation: true,
  invitations: true,
  invitation: true,
  removeInvitation: true,
  acceptInvitation: true,
  registerInvited: true,
  addDeviceKey: true,
  deviceKeys: true,
  validDeviceKey: true,
  revokeDeviceKey: true,
};

const DEVICE_CALLS: Record<keyof DeviceStorage, true> = {
  openSession: true,
  closeSession: true,
  append: true,
  change: true,
  updateWrites: true,
  expireWrites: true,
  addMarker: true,
  updateDevice: true,
  devices: true,
  deviceState: true,
  sessions: true,
  history: true,
  samples: true,
  logs: true,
  markers: true,
  writes: true,
  write: true,
  lastEntry: true,
  entriesAfter: true,
  retain: true,
  status: true,
};

export const StoreServer: GenServer<StoreProtocol, OpenStorage> = defineGenServer<
  StorePrivate,
  StoreState,
  OpenStorage
>({
  name: "Store",
  trapExits: true,
  async init(ctx, open) {
    const counts = noCounts();
    const health = new StoringHealth(
      () => ctx.now(),
      (event) => ctx.emit(event),
    );
    const storage = await open((error) => ctx.cast(ctx.self, "adapterFailed", error));
    let closing: Promise<void> | undefined;
    const close = () => (closing ??= storage.close());
    // Also when this process is killed: who comes after it opens the same data.
    ctx.own({ release: () => void close() });
    const watched = telling(counted(storage, counts, health), (project, toEvent) => {
      const topic = ProjectTopic.of(project);
      if (ctx.subscribers(topic).length > 0) ctx.broadcast(topic, toEvent());
    });
    return { ...watched, close, counts, health };
  },
  calls: {
    ...forward<AccountStorage>(ACCOUNT_CALLS, ({ accounts }) => accounts),
    ...forward<DeviceStorage>(DEVICE_CALLS, ({ devices }) => devices),
    epoch: ({ state }) => state.epoch,
    counts: ({ state }) => ({ ...state.counts, writes: { ...state.counts.writes } }),
    failure(ctx) {
      const { failure } = ctx.state.health;
      return failure === undefined || ctx.now() - failure.at >= FAILING_MS
        ? undefined
        : failure.error.message;
    },
  },
  casts: {
    adapterFailed(_, error) {
      throw error;
    },
  },
  terminate({ state }) {
    state?.health.closed();
    return state?.close();
  },
  format: () => "the storage adapter",
});

type AsyncMethod = (...args: readonly unknown[]) => Promise<unknown>;
type StoreContext = Context<StorePrivate, StoreState>;

/** Handlers that pass each call on to the adapter; it orders and groups them itself. */
function forward<T extends object>(
  names: Record<keyof T, true>,
  part: (storage: Storage) => T,
): ForwardedCalls<T> {
  const handlers = Object.keys(names).map((name) => [
    name,
    (ctx: StoreContext, ...args: readonly unknown[]) => {
      const methods = part(ctx.state) as Record<string, AsyncMethod>;
      return later((methods[name] as AsyncMethod)(...args));
    },
  ]);
  return Object.fromEntries(handlers) as ForwardedCalls<T>;
}

type ForwardedCalls<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => Promise<infer R>
    ? (ctx: StoreContext, ...args: A) => ReturnType<typeof later<R>>
    : never;
};
