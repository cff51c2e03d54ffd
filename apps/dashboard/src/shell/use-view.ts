/** The view that the address bar holds, as React state. */

import { useCallback, useMemo } from "react";
import { navigate, useAddress } from "./address.ts";
import { formatView, parseView, type View } from "./view.ts";

export type ChangeView = (change: Partial<View>) => void;

/** Opening another device is a step that "back" undoes; anything else only keeps the address up to date. */
export function useView(): readonly [View, ChangeView] {
  const { search } = useAddress();
  const view = useMemo(() => parseView(search), [search]);

  const change = useCallback((patch: Partial<View>) => {
    const before = parseView(location.search);
    const after = { ...before, ...patch };
    const isStep = before.device !== undefined && after.device !== before.device;
    navigate(`${location.pathname}${formatView(after)}`, isStep ? "push" : "replace");
  }, []);

  return [view, change];
}
