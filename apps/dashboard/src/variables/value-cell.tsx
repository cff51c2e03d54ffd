/** The device's own value of a variable, lit up for a moment when it changes. */

import type { Variable } from "@wheelhouse/api";
import { useEffect, useRef } from "react";
import { toValueText } from "./value-text.ts";
import styles from "./variables.module.css";

const FLASH_MS = 900;

export function ValueText({ variable }: { readonly variable: Variable }) {
  const { reported, unit, kind } = variable;
  const text =
    reported === null ? "—" : kind === "trigger" ? "went off" : toValueText(variable, reported.value);
  const element = useRef<HTMLSpanElement>(null);
  const shownBefore = useRef(text);

  useEffect(() => {
    if (shownBefore.current === text) return;
    shownBefore.current = text;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const flash = element.current?.animate(
      [{ background: "var(--flash)" }, { background: "transparent" }],
      FLASH_MS,
    );
    return () => flash?.cancel();
  }, [text]);

  return (
    <span ref={element} className={styles.value} title={reported === null ? "not reported yet" : text}>
      {kind === "color" && reported !== null && (
        <span className={styles.swatch} style={{ background: text }} aria-hidden="true" />
      )}
      <span className={styles.valueText}>{text}</span>
      {unit !== null && <span className={styles.unit}>{unit}</span>}
    </span>
  );
}
