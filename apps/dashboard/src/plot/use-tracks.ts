/** Collects the points of the plotted variables: their history from the server, then every live value, not only one a frame. */

import { useEffect, useRef, useState, type RefObject } from "react";
import { useSession } from "../account/account.ts";
import { toRefusalText } from "../account/refusal.ts";
import { useLive, useLiveStore } from "../live/live-context.tsx";
import type { LiveEvent } from "../live/live-state.ts";
import { addHistory, addPoint, type Point } from "./track.ts";

export type Tracks = Map<string, Point[]>;

interface Plotted {
  readonly device: string;
  readonly names: readonly string[];
  readonly windowMs: number;
}

/** The tracks change without a render; the plot looks at them when it draws. Beside them stands why history is missing. */
export function useTracks({ device, names, windowMs }: Plotted): readonly [RefObject<Tracks>, string] {
  const { api, account } = useSession();
  const store = useLiveStore();
  const snapshots = useLive("snapshots");
  const tracks = useRef<Tracks>(new Map());
  const [problem, setProblem] = useState("");
  const project = account.project.id;
  const list = names.join("\n");

  useEffect(() => {
    const wanted = list === "" ? [] : list.split("\n");
    const abort = new AbortController();
    tracks.current = new Map(wanted.map((name) => [name, tracks.current.get(name) ?? []]));

    // Values that were sent while the page was away are only in the history: it is asked again after each snapshot.
    const load = async (name: string): Promise<void> => {
      const { points } = await api.call("history", {
        params: { project, device, name },
        query: { from: Date.now() - windowMs, points: 1_000 },
        signal: abort.signal,
      });
      const known = tracks.current.get(name);
      if (!abort.signal.aborted && known !== undefined)
        tracks.current.set(
          name,
          addHistory(
            known,
            points.filter((point) => isNumberPoint(point)),
          ),
        );
    };
    setProblem("");
    Promise.all(wanted.map(load)).catch((error: unknown) => {
      if (!abort.signal.aborted) setProblem(toRefusalText(error).message);
    });
    return () => abort.abort();
  }, [api, project, device, list, windowMs, snapshots]);

  useEffect(
    () => store.watch((event) => follow(tracks.current, device, event, Date.now() - windowMs)),
    [store, device, windowMs],
  );

  return [tracks, problem];
}

function follow(tracks: Tracks, device: string, event: LiveEvent, keepFromMs: number): void {
  if (event.type !== "told" || event.scope !== "device") return;
  const { message } = event;
  if (message.type === "snapshot") {
    for (const { name, reported } of message.variables?.[device] ?? [])
      if (reported !== null) add(tracks, name, [reported.at, reported.value], keepFromMs);
  } else if (message.type === "changes") {
    for (const [name, point] of Object.entries(message.values?.[device] ?? {}))
      add(tracks, name, point, keepFromMs);
  }
}

function add(tracks: Tracks, name: string, point: readonly [number, unknown], keepFromMs: number): void {
  const points = tracks.get(name);
  if (points !== undefined && isNumberPoint(point)) addPoint(points, point, keepFromMs);
}

function isNumberPoint(point: readonly [number, unknown]): point is readonly [number, number] {
  return typeof point[1] === "number";
}
