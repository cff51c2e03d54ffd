/** Something that a press does on the server: whether it is under way, and why it was refused. */

import { useCallback, useState } from "react";
import { toRefusalText } from "../account/refusal.ts";

export interface Action {
  readonly isBusy: boolean;
  readonly refusal: string;
  /** Resolves with whether it was done. */
  readonly run: (act: () => Promise<void>) => Promise<boolean>;
}

export function useAction(): Action {
  const [isBusy, setIsBusy] = useState(false);
  const [refusal, setRefusal] = useState("");

  const run = useCallback(async (act: () => Promise<void>) => {
    setIsBusy(true);
    setRefusal("");
    try {
      await act();
      return true;
    } catch (error) {
      setRefusal(toRefusalText(error).message);
      return false;
    } finally {
      setIsBusy(false);
    }
  }, []);

  return { isBusy, refusal, run };
}
