/** The newest stored entries that match a filter, loaded when the filter or the device changes, or the tail was torn. */

import type { LogEntry } from "@wheelhouse/api";
import { useEffect, useState } from "react";
import { useSession } from "../account/account.ts";
import { toRefusalText } from "../account/refusal.ts";
import { useLive } from "../live/live-context.tsx";
import { MAX_LIVE_ENTRIES } from "../live/live-state.ts";
import type { LogFilter } from "./log-filter.ts";

export interface StoredEntries {
  readonly entries: readonly LogEntry[];
  readonly problem: string;
}

const NOTHING: StoredEntries = { entries: [], problem: "" };
/** Long enough not to ask with each letter that is typed. */
const SETTLED_MS = 200;

export function useStoredEntries(device: string, { level, text }: LogFilter): StoredEntries {
  const { api, account } = useSession();
  const generation = useLive("generation");
  const [stored, setStored] = useState(NOTHING);
  const project = account.project.id;
  const wanted = text.trim();

  useEffect(() => setStored(NOTHING), [device]);

  useEffect(() => {
    if (generation === 0) return;
    const abort = new AbortController();
    const query = { device, level, limit: MAX_LIVE_ENTRIES, ...(wanted === "" ? {} : { text: wanted }) };
    const load = async (): Promise<void> => {
      try {
        const { entries } = await api.call("logs", { params: { project }, query, signal: abort.signal });
        setStored({ entries: entries.toReversed(), problem: "" });
      } catch (error) {
        if (!abort.signal.aborted) setStored({ entries: [], problem: toRefusalText(error).message });
      }
    };
    const timer = setTimeout(() => void load(), wanted === "" ? 0 : SETTLED_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, project, device, level, wanted, generation]);

  return stored;
}
