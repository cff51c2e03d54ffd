/** The view that the address bar holds, as React state. */

import { useCallback, useEffect, useState } from "react";
import { formatView, parseView, type View } from "./view.ts";

export type ChangeView = (change: Partial<View>) => void;

/** Opening another device is a step that "back" undoes; anything else only keeps the address up to date. */
export function useView(): readonly [View, ChangeView] {
  const [view, setView] = useState(() => parseView(location.search));

  useEffect(() => {
    const follow = (): void => setView(parseView(location.search));
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);

  const change = useCallback((patch: Partial<View>) => {
    const before = parseView(location.search);
    const after = { ...before, ...patch };
    const isStep = before.device !== undefined && after.device !== before.device;
    const address = `${location.pathname}${formatView(after)}`;
    if (isStep) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    setView(after);
  }, []);

  return [view, change];
}
