/** What the invitation behind a secret is to, asked once. */

import { ApiError, type Answer, type ApiClient } from "@wheelhouse/api";
import { useEffect, useState } from "react";
import { toRefusalText } from "./refusal.ts";

export type InvitationRead = Answer<"readInvitation">;

export type InvitationState =
  | { readonly step: "asking" }
  | { readonly step: "holds"; readonly invitation: InvitationRead }
  /** Finally, or only for now. */
  | { readonly step: "refused"; readonly message: string; readonly isFinal: boolean };

const NO_SECRET: InvitationState = {
  step: "refused",
  message: "The link is incomplete: what follows the # is missing. Copy all of it.",
  isFinal: true,
};

export function useInvitation(api: ApiClient, secret: string): InvitationState {
  const [state, setState] = useState<InvitationState>(secret === "" ? NO_SECRET : { step: "asking" });

  useEffect(() => {
    if (secret === "") return;
    const abort = new AbortController();
    api.call("readInvitation", { body: { invitation: secret }, signal: abort.signal }).then(
      (invitation) => setState({ step: "holds", invitation }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const isFinal = error instanceof ApiError && error.code === "not_found";
        setState({ step: "refused", message: toRefusalText(error).message, isFinal });
      },
    );
    return () => abort.abort();
  }, [api, secret]);

  return state;
}
