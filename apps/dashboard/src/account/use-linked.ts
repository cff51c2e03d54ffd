/** What the secret of a link stands for, asked once. */

import { ApiError, type ApiClient } from "@wheelhouse/api";
import { useEffect, useState } from "react";
import { toRefusalText } from "./refusal.ts";

export type LinkedState<T> =
  | { readonly step: "asking" }
  | { readonly step: "holds"; readonly found: T }
  /** Finally, or only for now. */
  | { readonly step: "refused"; readonly message: string; readonly isFinal: boolean };

const NO_SECRET = {
  step: "refused",
  message: "The link is incomplete: what follows the # is missing. Copy all of it.",
  isFinal: true,
} as const;

/** `read` has to be the same function each time. */
export function useLinked<T>(
  api: ApiClient,
  secret: string,
  read: (api: ApiClient, secret: string, signal: AbortSignal) => Promise<T>,
): LinkedState<T> {
  const [state, setState] = useState<LinkedState<T>>(secret === "" ? NO_SECRET : { step: "asking" });

  useEffect(() => {
    if (secret === "") return;
    const abort = new AbortController();
    read(api, secret, abort.signal).then(
      (found) => setState({ step: "holds", found }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const isFinal = error instanceof ApiError && error.code === "not_found";
        setState({ step: "refused", message: toRefusalText(error).message, isFinal });
      },
    );
    return () => abort.abort();
  }, [api, secret, read]);

  return state;
}
