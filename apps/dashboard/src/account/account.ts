/** Who is using the page: asked of the server at the start, and changed by logging in and out. */

import { ApiError, type ApiClient, type Project, type User } from "@wheelhouse/api";
import { createContext, use, useCallback, useEffect, useState } from "react";

export interface Account {
  readonly user: User;
  readonly project: Project;
}

export type AccountState =
  | { readonly step: "asking" }
  | { readonly step: "unreachable" }
  | { readonly step: "first-run"; readonly devicePort: number }
  | { readonly step: "log-in"; readonly devicePort: number }
  | { readonly step: "in"; readonly devicePort: number; readonly account: Account };

export interface Session {
  readonly api: ApiClient;
  readonly account: Account;
  readonly devicePort: number;
  /** Ends the session here and on the server. */
  readonly logOut: () => void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error("expected a SessionContext around this component");
  return session;
}

/** The state, and how to ask the server for it again. */
export function useAccount(api: ApiClient): readonly [AccountState, () => Promise<void>] {
  const [state, setState] = useState<AccountState>({ step: "asking" });
  const ask = useCallback(async () => {
    setState(await askAccount(api).catch((): AccountState => ({ step: "unreachable" })));
  }, [api]);
  useEffect(() => void ask(), [ask]);
  return [state, ask];
}

async function askAccount(api: ApiClient): Promise<AccountState> {
  const [{ fresh, devicePort }, me] = await Promise.all([api.call("installation", {}), askMe(api)]);
  const project = me?.projects[0];
  if (me !== undefined && project !== undefined)
    return { step: "in", devicePort, account: { user: me.user, project } };
  return { step: fresh ? "first-run" : "log-in", devicePort };
}

async function askMe(api: ApiClient) {
  try {
    return await api.call("me", {});
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return undefined;
    throw error;
  }
}
