/** The address bar as React state, and moving to another address without loading the page again. */

import { useMemo, useSyncExternalStore } from "react";

export interface Address {
  readonly path: string;
  /** With its `?`, or empty. */
  readonly search: string;
  /** What follows `#`. */
  readonly fragment: string;
}

const listeners = new Set<() => void>();

export function useAddress(): Address {
  const href = useSyncExternalStore(subscribe, () => location.href);
  return useMemo(() => {
    const { pathname, search, hash } = new URL(href);
    return { path: pathname, search, fragment: hash.slice(1) };
  }, [href]);
}

/** "Back" undoes a `push`; a `replace` leaves nothing of the address before. */
export function navigate(address: string, how: "push" | "replace" = "push"): void {
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Also comes with a change of the fragment.
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}
