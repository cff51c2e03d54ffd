/** The project's first device key that isn't revoked. */

import { useEffect, useState } from "react";
import { useSession } from "../account/account.ts";
import { toRefusalText } from "../account/refusal.ts";

export type DeviceKeyState =
  | { readonly step: "asking" }
  | { readonly step: "known"; readonly key: string }
  | { readonly step: "refused"; readonly message: string };

const NO_KEY: DeviceKeyState = {
  step: "refused",
  message: "This project has no device key. Ask its owner for one.",
};

export function useDeviceKey(): DeviceKeyState {
  const { api, account } = useSession();
  const [state, setState] = useState<DeviceKeyState>({ step: "asking" });
  const project = account.project.id;

  useEffect(() => {
    const abort = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const { deviceKeys } = await api.call("deviceKeys", { params: { project }, signal: abort.signal });
        const key = deviceKeys.find(({ revokedAt }) => revokedAt === null)?.key;
        setState(key === undefined ? NO_KEY : { step: "known", key });
      } catch (error) {
        if (!abort.signal.aborted) setState({ step: "refused", message: toRefusalText(error).message });
      }
    };
    void ask();
    return () => abort.abort();
  }, [api, project]);

  return state;
}
