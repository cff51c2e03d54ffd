/** The project's first device key that isn't revoked, and how to make one where there is none. */

import { useCallback, useEffect, useState } from "react";
import { useSession } from "../account/account.ts";
import { toRefusalText } from "../account/refusal.ts";

export type DeviceKeyState =
  | { readonly step: "asking" }
  | { readonly step: "known"; readonly key: string }
  /** For an owner to make. */
  | { readonly step: "none" }
  | { readonly step: "refused"; readonly message: string };

const NO_KEY: DeviceKeyState = {
  step: "refused",
  message: "This project has no device key. Ask its owner for one.",
};
const NOT_SHOWN: DeviceKeyState = {
  step: "refused",
  message: "It takes the project’s device key, which its editors and owners are shown. Ask one of them.",
};

export function useDeviceKey(): readonly [DeviceKeyState, make: () => Promise<void>] {
  const { api, account } = useSession();
  const [state, setState] = useState<DeviceKeyState>({ step: "asking" });
  const { id: project, role } = account.project;
  const mayRead = role !== "viewer";

  const make = useCallback(async () => {
    try {
      const { key } = await api.call("createDeviceKey", { params: { project }, body: { name: "first key" } });
      setState({ step: "known", key });
    } catch (error) {
      setState({ step: "refused", message: toRefusalText(error).message });
    }
  }, [api, project]);

  useEffect(() => {
    if (!mayRead) return;
    const abort = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const { deviceKeys } = await api.call("deviceKeys", { params: { project }, signal: abort.signal });
        const key = deviceKeys.find(({ revokedAt }) => revokedAt === null)?.key;
        setState(key === undefined ? { step: "none" } : { step: "known", key });
      } catch (error) {
        if (!abort.signal.aborted) setState({ step: "refused", message: toRefusalText(error).message });
      }
    };
    void ask();
    return () => abort.abort();
  }, [api, project, mayRead]);

  if (!mayRead) return [NOT_SHOWN, make];
  return [state.step === "none" && role !== "owner" ? NO_KEY : state, make];
}
