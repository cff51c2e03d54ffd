/** The drafts of this page, and sending one. They outlive a filter and a look at another device. */

import type { JsonValue } from "@wheelhouse/protocol";
import { useCallback, useMemo, useReducer } from "react";
import { useSession } from "../account/account.ts";
import { toRefusalText } from "../account/refusal.ts";
import { useLiveStore } from "../live/live-context.tsx";
import { draftKey, reduceDrafts, type Drafts } from "./drafts.ts";

export interface DraftActions {
  edit(name: string, input: JsonValue): void;
  discard(name: string): void;
  send(name: string, value: JsonValue): void;
}

export function useDrafts(device: string): readonly [Drafts, DraftActions] {
  const { api, account } = useSession();
  const store = useLiveStore();
  const [drafts, dispatch] = useReducer(reduceDrafts, new Map() as Drafts);

  const send = useCallback(
    async (name: string, value: JsonValue) => {
      const key = draftKey(device, name);
      dispatch({ type: "send", key });
      try {
        const params = { project: account.project.id, device };
        const answer = await api.call("changeVariables", { params, body: { values: { [name]: value } } });
        const change = { device, answer };
        store.dispatch({ type: "asked", change, by: account.user.email });
        dispatch({ type: "sent", key });
      } catch (error) {
        dispatch({ type: "refused", key, message: toRefusalText(error).message });
      }
    },
    [api, account, store, device],
  );

  const actions = useMemo(
    (): DraftActions => ({
      edit: (name, input) => dispatch({ type: "edit", key: draftKey(device, name), input }),
      discard: (name) => dispatch({ type: "discard", key: draftKey(device, name) }),
      send: (name, value) => void send(name, value),
    }),
    [device, send],
  );

  return [drafts, actions];
}
