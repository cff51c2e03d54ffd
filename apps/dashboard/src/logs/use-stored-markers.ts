/** The newest stored markers of a device and of its project, loaded with the device and whenever the tail was torn. */

import type { Marker } from "@wheelhouse/api";
import { useEffect, useState } from "react";
import { useSession } from "../account/account.ts";
import { useLive } from "../live/live-context.tsx";

const MAX_STORED = 100;
const NOTHING: readonly Marker[] = [];

export function useStoredMarkers(device: string): readonly Marker[] {
  const { api, account } = useSession();
  const generation = useLive("generation");
  const [stored, setStored] = useState(NOTHING);
  const project = account.project.id;

  useEffect(() => setStored(NOTHING), [device]);

  useEffect(() => {
    if (generation === 0) return;
    const abort = new AbortController();
    const load = async (): Promise<void> => {
      const query = { device, limit: MAX_STORED };
      try {
        const { markers } = await api.call("markers", { params: { project }, query, signal: abort.signal });
        setStored(markers.toReversed());
      } catch {
        // The log beside it says what is wrong.
      }
    };
    void load();
    return () => abort.abort();
  }, [api, project, device, generation]);

  return stored;
}
