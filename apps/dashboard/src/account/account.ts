/** Who is using the page: asked of the server at the start, and changed by logging in and out. */

import { ApiError, type ApiClient, type Project, type User } from "@wheelhouse/api";
import { createContext, use, useCallback, useEffect, useMemo, useState } from "react";

export interface Me {
  readonly user: User;
  readonly projects: readonly Project[];
  /** Of the whole installation. */
  readonly isAdmin: boolean;
}

export interface Account extends Me {
  /** The one that is on the screen, with this person's role in it. */
  readonly project: Project;
}

export type AccountState =
  | { readonly step: "asking" }
  | { readonly step: "unreachable" }
  | { readonly step: "first-run"; readonly needsCode: boolean }
  | { readonly step: "log-in"; readonly openRegistration: boolean }
  | { readonly step: "in"; readonly devicePort: number; readonly me: Me };

/** How the page's idea of who this is changes. */
export interface AccountActions {
  /** Asks the server for all of it, and says so when it can't be reached. */
  readonly ask: () => Promise<void>;
  /** The same in passing: when the server can't be reached, everything stays as it is. */
  readonly refresh: () => Promise<void>;
  /** Ends the session here and on the server. */
  readonly logOut: () => void;
}

export interface Session extends AccountActions {
  readonly api: ApiClient;
  readonly account: Account;
  readonly devicePort: number;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error("expected a SessionContext around this component");
  return session;
}

export function useAccount(api: ApiClient): readonly [AccountState, AccountActions] {
  const [state, setState] = useState<AccountState>({ step: "asking" });
  const refresh = useCallback(async () => {
    const found = await askAccount(api).catch(() => undefined);
    if (found !== undefined) setState(found);
  }, [api]);
  const ask = useCallback(async () => {
    setState(await askAccount(api).catch((): AccountState => ({ step: "unreachable" })));
  }, [api]);
  // Whether or not the server heard it, it is asked anew who this is.
  const logOut = useCallback(() => void api.call("logOut", {}).then(ask, ask), [api, ask]);
  useEffect(() => void ask(), [ask]);
  return [state, useMemo(() => ({ ask, refresh, logOut }), [ask, refresh, logOut])];
}

async function askAccount(api: ApiClient): Promise<AccountState> {
  const [installation, me] = await Promise.all([api.call("installation", {}), askMe(api)]);
  const { fresh, needsCode, openRegistration, devicePort } = installation;
  if (me !== undefined) {
    const { user, projects, admin } = me;
    return { step: "in", devicePort, me: { user, projects, isAdmin: admin } };
  }
  return fresh ? { step: "first-run", needsCode } : { step: "log-in", openRegistration };
}

async function askMe(api: ApiClient) {
  try {
    return await api.call("me", {});
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return undefined;
    throw error;
  }
}
