/** A key that does something wherever the focus is, except where a person types or presses. */

import { useEffect, useRef } from "react";

/** What the space key presses or writes to. */
const TAKES_SPACE = "input, select, textarea, button, [contenteditable]";
/** Letters do nothing on a button, so a shortcut may have them there. */
const TYPES_TEXT = "input:not([type=range], [type=color]), select, textarea, [contenteditable]";

export function useShortcut(key: string, action: () => void): void {
  const newest = useRef(action);
  newest.current = action;

  useEffect(() => {
    const follow = (event: KeyboardEvent): void => {
      const { target } = event;
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target instanceof Element && target.closest(key === " " ? TAKES_SPACE : TYPES_TEXT) !== null)
        return;
      if (document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      newest.current();
    };
    addEventListener("keydown", follow);
    return () => removeEventListener("keydown", follow);
  }, [key]);
}
