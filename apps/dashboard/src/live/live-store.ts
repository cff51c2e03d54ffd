/** Holds the live state outside React: events change it at once, listeners hear of it once a frame and only of their key. */

import { initialLiveState, reduceLive, type LiveEvent, type LiveState } from "./live-state.ts";

/** What a component can listen to: one part of the state, or one variable of the open device. */
export type LiveKey = Exclude<keyof LiveState, "variables"> | `variable:${string}`;

export interface LiveStore {
  /** The state as of the last frame. */
  readonly shown: LiveState;
  /** The state as of the last event. */
  readonly current: LiveState;
  dispatch(event: LiveEvent): void;
  /** Calls back after a frame in which that part changed. Returns how to stop. */
  subscribe(key: LiveKey, listener: () => void): () => void;
  /** Calls back for each event as it comes, for what may not miss one. Returns how to stop. */
  watch(listener: (event: LiveEvent) => void): () => void;
}

/** `onFrame` calls back once, at the next frame of the screen. */
export function createLiveStore(onFrame: (flush: () => void) => void): LiveStore {
  let current = initialLiveState;
  let shown = initialLiveState;
  let isFlushDue = false;
  const listeners = new Map<LiveKey, Set<() => void>>();
  const watchers = new Set<(event: LiveEvent) => void>();

  function flush(): void {
    isFlushDue = false;
    const before = shown;
    shown = current;
    for (const [key, group] of listeners) {
      if (partOf(before, key) === partOf(shown, key)) continue;
      for (const listener of group) listener();
    }
  }

  return {
    get shown() {
      return shown;
    },
    get current() {
      return current;
    },
    dispatch(event) {
      current = reduceLive(current, event);
      for (const watcher of watchers) watcher(event);
      if (isFlushDue || current === shown) return;
      isFlushDue = true;
      onFrame(flush);
    },
    subscribe(key, listener) {
      const group = listeners.get(key) ?? new Set();
      listeners.set(key, group.add(listener));
      return () => {
        group.delete(listener);
        if (group.size === 0) listeners.delete(key);
      };
    },
    watch(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
  };
}

/** The part of the state that a key names. */
export function partOf(state: LiveState, key: LiveKey): unknown {
  return key.startsWith("variable:")
    ? state.variables.get(key.slice("variable:".length))
    : state[key as keyof LiveState];
}
