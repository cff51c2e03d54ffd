/** Draws the tracks in a window of time that scrolls with the clock. */

import { useEffect, useRef, useState, type RefObject } from "react";
import { createChart, type ChartLine } from "./chart.ts";
import styles from "./plot.module.css";
import { alignTracks } from "./track.ts";
import type { Tracks } from "./use-tracks.ts";

interface Props {
  readonly lines: readonly ChartLine[];
  readonly tracks: RefObject<Tracks>;
  readonly windowMs: number;
}

/** Half a pixel of a wide plot: drawing more often couldn't be seen. */
const DRAWS_A_WINDOW = 1_800;
const LEAST_DRAW_EVERY_MS = 33;

export function PlotCanvas({ lines, tracks, windowMs }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const scheme = useColorScheme();
  const shape = JSON.stringify(lines);

  useEffect(() => {
    const parent = element.current;
    if (parent === null) return;
    const drawn = JSON.parse(shape) as readonly ChartLine[];
    const chart = createChart(parent, drawn);
    const resizing = new ResizeObserver(() =>
      chart.setSize({ width: parent.clientWidth, height: parent.clientHeight }),
    );
    resizing.observe(parent);

    const everyMs = Math.max(LEAST_DRAW_EVERY_MS, windowMs / DRAWS_A_WINDOW);
    let drawnAt = 0;
    let frame = requestAnimationFrame(draw);
    function draw(frameMs: number): void {
      frame = requestAnimationFrame(draw);
      if (frameMs - drawnAt < everyMs || parent?.clientWidth === 0) return;
      drawnAt = frameMs;
      const now = Date.now();
      const columns = alignTracks(
        drawn.map(({ name }) => tracks.current.get(name) ?? []),
        now - windowMs,
        now,
      );
      chart.batch(() => {
        chart.setData(columns, false);
        chart.setScale("x", { min: now - windowMs, max: now });
      });
    }

    return () => {
      cancelAnimationFrame(frame);
      resizing.disconnect();
      chart.destroy();
    };
  }, [shape, tracks, windowMs, scheme]);

  return <div ref={element} className={styles.canvas} role="img" aria-label={`Plot of ${namesOf(lines)}`} />;
}

function namesOf(lines: readonly ChartLine[]): string {
  return lines.map(({ name }) => name).join(", ");
}

/** The canvas takes its colours when it is made, so it is made again when the system turns dark or light. */
function useColorScheme(): boolean {
  const [isLight, setIsLight] = useState(() => matchMedia("(prefers-color-scheme: light)").matches);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: light)");
    const follow = (): void => setIsLight(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return isLight;
}
