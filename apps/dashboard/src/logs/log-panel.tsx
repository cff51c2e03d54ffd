/** The open device's log: its newest entries with the markers between them, followed until it is paused. */

import { MAX_SEARCH_LENGTH, toAddress, type Marker } from "@wheelhouse/api";
import { LOG_LEVELS, type LogLevel } from "@wheelhouse/protocol";
import { Download, Pause, Play } from "lucide-react";
import { useMemo, useState } from "react";
import { useSession } from "../account/account.ts";
import { mergeEntries } from "../live/entries.ts";
import { useLive } from "../live/live-context.tsx";
import { MAX_LIVE_ENTRIES } from "../live/live-state.ts";
import { Button } from "../shell/button.tsx";
import { Panel } from "../shell/panel.tsx";
import { useShortcut } from "../shell/use-shortcut.ts";
import type { View } from "../shell/view.ts";
import { countAfter, matches, type LogFilter } from "./log-filter.ts";
import { hasText, toLines } from "./lines.ts";
import { LogLines } from "./log-lines.tsx";
import styles from "./logs.module.css";
import { MarkerDialog } from "./marker-dialog.tsx";
import { useStoredEntries } from "./use-stored-entries.ts";
import { useStoredMarkers } from "./use-stored-markers.ts";

interface Props {
  readonly view: View;
  readonly device: string;
  readonly onFilter: (patch: Partial<View>) => void;
}

export function LogPanel({ view, device, onFilter }: Props) {
  const live = useLive("logs");
  const dropped = useLive("dropped");
  const filter = useMemo(() => ({ level: view.logLevel, text: view.logText }), [view.logLevel, view.logText]);
  const stored = useStoredEntries(device, filter);
  const entries = useMemo(
    () => mergeEntries([], [...stored.entries, ...live].filter(matches(filter)), MAX_LIVE_ENTRIES),
    [stored.entries, live, filter],
  );
  const markers = useMarkers(device, view.logText);
  const [isMarking, setIsMarking] = useState(false);
  const { role } = useSession().account.project;
  useShortcut("m", () => setIsMarking(role !== "viewer"));
  /** The last entry shown, while paused; `undefined` follows. */
  const [pausedAt, setPausedAt] = useState<number>();
  const [frozen, setFrozen] = useState(entries);
  const isPaused = pausedAt !== undefined;
  const missed = isPaused ? countAfter(entries, pausedAt) : 0;

  function pause(): void {
    if (isPaused) return;
    setFrozen(entries);
    setPausedAt(Math.max(entries.at(-1)?.id ?? 0, markers.at(-1)?.id ?? 0));
  }
  const follow = (): void => setPausedAt(undefined);
  useShortcut(" ", isPaused ? follow : pause);

  // What is shown while paused still obeys the filter.
  const shown = isPaused
    ? mergeEntries(
        frozen,
        entries.filter(({ id }) => id <= pausedAt),
        MAX_LIVE_ENTRIES,
      ).filter(matches(filter))
    : entries;
  const shownMarkers = isPaused ? markers.filter(({ id }) => id <= pausedAt) : markers;
  const lines = useMemo(() => toLines(shown, shownMarkers, MAX_LIVE_ENTRIES), [shown, shownMarkers]);
  return (
    <Panel
      title="Log"
      note={
        stored.problem !== "" ? stored.problem : dropped > 0 ? `${dropped.toLocaleString()} left out` : ""
      }
      tools={
        <>
          <select
            className={styles.level}
            aria-label="Log level"
            value={view.logLevel}
            onChange={(event) => onFilter({ logLevel: event.target.value as LogLevel })}
          >
            {LOG_LEVELS.map((level, index) => (
              <option key={level} value={level}>
                {index === 0 ? "all levels" : index === LOG_LEVELS.length - 1 ? level : `${level} and up`}
              </option>
            ))}
          </select>
          <input
            type="search"
            className={styles.search}
            placeholder="Filter"
            aria-label="Filter log"
            maxLength={MAX_SEARCH_LENGTH}
            value={view.logText}
            onChange={(event) => onFilter({ logText: event.target.value })}
          />
          <ExportLink device={device} filter={filter} />
          <Button
            className={styles.pause}
            aria-pressed={isPaused}
            onClick={isPaused ? follow : pause}
            aria-label={isPaused ? "Follow log" : "Pause log"}
            title={isPaused ? "Follow (space)" : "Pause (space)"}
          >
            {isPaused ? <Play size={12} /> : <Pause size={12} />}
            <span data-testid="log-missed">{isPaused ? toCount(missed) : "Pause"}</span>
          </Button>
        </>
      }
    >
      <LogLines lines={lines} isFollowing={!isPaused} onScrollBack={pause} />
      {isMarking && <MarkerDialog device={device} onClose={() => setIsMarking(false)} />}
    </Panel>
  );
}

function useMarkers(device: string, text: string): readonly Marker[] {
  const live = useLive("markers");
  const stored = useStoredMarkers(device);
  return useMemo(
    () => mergeEntries([], [...stored, ...live].filter(hasText(text)), MAX_LIVE_ENTRIES),
    [stored, live, text],
  );
}

/** Everything that the filter lets through, not only what is on the screen. */
function ExportLink({ device, filter }: { readonly device: string; readonly filter: LogFilter }) {
  const { project } = useSession().account;
  const text = filter.text.trim();
  const query = {
    kind: "logs",
    format: "csv",
    device,
    level: filter.level,
    ...(text === "" ? {} : { text }),
  } as const;
  return (
    <a
      className={styles.export}
      href={toAddress("export", { params: { project: project.id }, query })}
      download
      aria-label="Export log"
      title="Export as CSV"
    >
      <Download size={13} />
    </a>
  );
}

/** The page keeps no more than that many, so it can't know of more. */
function toCount(missed: number): string {
  return missed >= MAX_LIVE_ENTRIES ? `${MAX_LIVE_ENTRIES}+ new` : `${missed} new`;
}
