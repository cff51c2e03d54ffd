/** Lets components listen to parts of the live state. */

import type { Variable } from "@wheelhouse/api";
import { createContext, use, useCallback, useSyncExternalStore } from "react";
import type { Live } from "./live.ts";
import type { LiveState } from "./live-state.ts";
import { partOf, type LiveKey, type LiveStore } from "./live-store.ts";

export const LiveContext = createContext<Live | undefined>(undefined);

export function useLiveStore(): LiveStore {
  const live = use(LiveContext);
  if (live === undefined) throw new Error("expected a LiveContext around this component");
  return live.store;
}

/** One part of the live state; the component renders again only when that part changes. */
export function useLive<K extends Exclude<keyof LiveState, "variables">>(key: K): LiveState[K] {
  return useLivePart(key) as LiveState[K];
}

/** One variable of the open device. */
export function useVariable(name: string): Variable | undefined {
  return useLivePart(`variable:${name}`) as Variable | undefined;
}

function useLivePart(key: LiveKey): unknown {
  const store = useLiveStore();
  const subscribe = useCallback((listener: () => void) => store.subscribe(key, listener), [store, key]);
  return useSyncExternalStore(subscribe, () => partOf(store.shown, key));
}
