/** What the page knows from the live socket, and how each event changes it. Pure. */

import {
  positionAfter,
  type Changes,
  type Device,
  type LiveMessage,
  type LogEntry,
  type Marker,
  type Position,
  type Snapshot,
  type Variable,
  type Write,
} from "@wheelhouse/api";
import type { JsonValue } from "@wheelhouse/protocol";
import { mergeEntries } from "./entries.ts";
import { isNewer, toWrite, type ChangeResult } from "./writes.ts";

export type Connection = "connecting" | "live" | "reconnecting";

/** Which subscription a message answers: the project's devices, or everything of the one that is open. */
export type Scope = "project" | "device";

export interface LiveState {
  readonly connection: Connection;
  /** By id; `undefined` until the first snapshot. */
  readonly devices: ReadonlyMap<string, Device> | undefined;
  /** The device that is open. */
  readonly device: string | undefined;
  /** The open device's variables in order, new only when a declaration came; `undefined` until its snapshot. */
  readonly layout: readonly Variable[] | undefined;
  /** The open device's variables by name, with their newest values. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** What came live, oldest first, at most {@link MAX_LIVE_ENTRIES}. */
  readonly logs: readonly LogEntry[];
  /** Markers of the open device and of the project that came live, as `logs`. */
  readonly markers: readonly Marker[];
  /** Entries the server left out because more came than a page can take. */
  readonly dropped: number;
  /** Where the open device's subscription has got to. */
  readonly position: Position | undefined;
  /** Snapshots of the open device so far: each says that values before it may have been missed. */
  readonly snapshots: number;
  /** Raised when what was stored before has to be loaded (again); 0 while the device's snapshot is awaited. */
  readonly generation: number;
}

export type LiveEvent =
  | { readonly type: "connection"; readonly connection: Connection }
  | { readonly type: "open"; readonly device: string | undefined }
  | { readonly type: "told"; readonly scope: Scope; readonly message: LiveMessage }
  /** The answer to a change made here; it may come before or after the socket tells of it. */
  | { readonly type: "asked"; readonly change: ChangeResult; readonly by: string };

/** How many log entries the page keeps, and how many markers. */
export const MAX_LIVE_ENTRIES = 500;

export const initialLiveState: LiveState = {
  connection: "connecting",
  devices: undefined,
  device: undefined,
  layout: undefined,
  variables: new Map(),
  logs: [],
  markers: [],
  dropped: 0,
  position: undefined,
  snapshots: 0,
  generation: 0,
};

const NO_TAIL = { logs: [], markers: [], dropped: 0 } as const;

export function reduceLive(state: LiveState, event: LiveEvent): LiveState {
  switch (event.type) {
    case "connection":
      return event.connection === state.connection ? state : { ...state, connection: event.connection };
    case "open":
      return event.device === state.device ? state : openDevice(state, event.device);
    case "told":
      return event.scope === "project" ? tellProject(state, event.message) : tellDevice(state, event.message);
    case "asked":
      return withWrites(state, toNewWrites(state, event));
  }
}

function openDevice(state: LiveState, device: string | undefined): LiveState {
  const { connection, devices } = state;
  return { ...initialLiveState, connection, devices, device };
}

function tellProject(state: LiveState, message: LiveMessage): LiveState {
  if (message.type === "snapshot") return { ...state, devices: byId(message.devices ?? []) };
  if (message.type !== "changes" || message.devices === undefined) return state;
  return { ...state, devices: new Map([...(state.devices ?? []), ...byId(message.devices)]) };
}

function tellDevice(state: LiveState, message: LiveMessage): LiveState {
  if (message.type === "snapshot") return takeSnapshot(state, message);
  if (message.type === "changes") return takeChanges(state, message);
  if (message.type === "reload") return { ...state, ...NO_TAIL, position: undefined };
  return state;
}

/** Values always start again from the snapshot; log entries do only when it doesn't follow on from them. */
function takeSnapshot(state: LiveState, message: Snapshot): LiveState {
  const follows = state.position?.epoch === message.epoch;
  const layout = message.variables?.[state.device ?? ""] ?? [];
  return withWrites(
    {
      ...state,
      layout,
      variables: byName(layout),
      position: positionAfter(state.position, message),
      snapshots: state.snapshots + 1,
      ...(follows ? {} : { ...NO_TAIL, generation: state.generation + 1 }),
    },
    message.writes ?? [],
  );
}

function takeChanges(state: LiveState, message: Changes): LiveState {
  const device = state.device ?? "";
  const declared = withDeclarations(state, message.variables?.[device]);
  const valued = withValues(declared, message.values?.[device]);
  const written = withWrites(valued, message.writes ?? []);
  return {
    ...written,
    logs:
      message.logs === undefined
        ? state.logs
        : mergeEntries(
            state.logs,
            message.logs.filter((entry) => entry.device === device),
            MAX_LIVE_ENTRIES,
          ),
    markers: mergeEntries(
      state.markers,
      (message.markers ?? []).filter((marker) => marker.device === null || marker.device === device),
      MAX_LIVE_ENTRIES,
    ),
    dropped: state.dropped + message.dropped,
    position: positionAfter(state.position, message),
  };
}

function withDeclarations(state: LiveState, declared: readonly Variable[] | undefined): LiveState {
  if (declared === undefined || declared.length === 0) return state;
  const variables = new Map([...state.variables, ...byName(declared)]);
  return { ...state, variables, layout: [...variables.values()] };
}

function withValues(
  state: LiveState,
  values: Readonly<Record<string, readonly [number, JsonValue]>> | undefined,
): LiveState {
  if (values === undefined) return state;
  const variables = new Map(state.variables);
  for (const [name, [at, value]] of Object.entries(values)) {
    const variable = variables.get(name);
    if (variable !== undefined) variables.set(name, { ...variable, reported: { value, at } });
  }
  return { ...state, variables };
}

function withWrites(state: LiveState, writes: readonly Write[]): LiveState {
  const variables = new Map(state.variables);
  let changed = false;
  for (const write of writes) {
    const variable = variables.get(write.name);
    if (variable === undefined || write.device !== state.device || !isNewer(write, variable.desired))
      continue;
    variables.set(write.name, { ...variable, desired: write });
    changed = true;
  }
  return changed ? { ...state, variables } : state;
}

/** The writes of a change made here that the socket hasn't told of yet. */
function toNewWrites(state: LiveState, event: Extract<LiveEvent, { type: "asked" }>): readonly Write[] {
  if (event.change.device !== state.device) return [];
  return toWrite(event.change, event.by).filter(
    ({ id, name }) => id > (state.variables.get(name)?.desired?.id ?? -1),
  );
}

function byId(devices: readonly Device[]): ReadonlyMap<string, Device> {
  return new Map(devices.map((device) => [device.id, device]));
}

function byName(variables: readonly Variable[]): ReadonlyMap<string, Variable> {
  return new Map(variables.map((variable) => [variable.name, variable]));
}
