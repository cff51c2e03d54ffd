/** The drafts of this page, sending one, and taking back what was sent. They outlive a filter and a look at another device. */

import type { Answer, Variable, Write } from "@wheelhouse/api";
import type { JsonValue } from "@wheelhouse/protocol";
import { useCallback, useMemo, useReducer } from "react";
import { useSession } from "../account/account.ts";
import { toRefusalText } from "../account/refusal.ts";
import { useLiveStore } from "../live/live-context.tsx";
import { draftKey, reduceDrafts, toInputOf, type Drafts } from "./drafts.ts";

export interface DraftActions {
  edit(name: string, input: JsonValue): void;
  discard(name: string): void;
  send(name: string, value: JsonValue): void;
  cancel(write: Write): void;
  /** Sets the variable back to what it was before that write. */
  revert(variable: Variable, write: Write): void;
}

export function useDrafts(device: string): readonly [Drafts, DraftActions] {
  const { api, account } = useSession();
  const store = useLiveStore();
  const [drafts, dispatch] = useReducer(reduceDrafts, new Map() as Drafts);

  const ask = useCallback(
    async (name: string, change: () => Promise<Answer<"changeVariables">>) => {
      const key = draftKey(device, name);
      dispatch({ type: "send", key });
      try {
        const answer = await change();
        store.dispatch({ type: "asked", change: { device, answer }, by: account.user.email });
        dispatch({ type: "sent", key });
      } catch (error) {
        dispatch({ type: "refused", key, message: toRefusalText(error).message });
      }
    },
    [account, store, device],
  );

  const actions = useMemo((): DraftActions => {
    const project = account.project.id;
    const edit = (name: string, input: JsonValue) =>
      dispatch({ type: "edit", key: draftKey(device, name), input });
    const paramsOf = ({ id }: Write) => ({ project, id: String(id) });
    return {
      edit,
      discard: (name) => dispatch({ type: "discard", key: draftKey(device, name) }),
      send(name, value) {
        const body = { values: { [name]: value } };
        void ask(name, () => api.call("changeVariables", { params: { project, device }, body }));
      },
      cancel(write) {
        // Where it comes too late, the chip shows what became of the write instead.
        api.call("cancelWrite", { params: paramsOf(write) }).catch(() => undefined);
      },
      revert({ name, kind }, write) {
        edit(name, toInputOf(kind, write.from));
        void ask(name, () => api.call("revertWrite", { params: paramsOf(write), body: {} }));
      },
    };
  }, [api, account, device, ask]);

  return [drafts, actions];
}
