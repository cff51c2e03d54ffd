/** Which screen a person sees: making the first account, logging in, or the project. */

import { createApiClient } from "@wheelhouse/api";
import { useMemo } from "react";
import { SessionContext, useAccount, type Session } from "./account/account.ts";
import { LogIn } from "./account/log-in.tsx";
import { Unreachable } from "./account/unreachable.tsx";
import { FirstAccount } from "./first-run/first-account.tsx";
import { Shell } from "./shell/shell.tsx";

const api = createApiClient();

export function App() {
  const [state, askAgain] = useAccount(api);
  const loggedOut = useMemo(() => () => void askAgain(), [askAgain]);
  const session = useMemo(
    (): Session | undefined =>
      state.step === "in"
        ? {
            api,
            account: state.account,
            devicePort: state.devicePort,
            // Whether or not the server heard it, it is asked anew who this is.
            logOut: () => void api.call("logOut", {}).then(askAgain, askAgain),
          }
        : undefined,
    [state, askAgain],
  );

  if (session !== undefined) {
    return (
      <SessionContext value={session}>
        <Shell onLoggedOut={loggedOut} />
      </SessionContext>
    );
  }
  switch (state.step) {
    case "first-run":
      return <FirstAccount api={api} onDone={askAgain} />;
    case "log-in":
      return <LogIn api={api} onDone={askAgain} />;
    case "unreachable":
      return <Unreachable onRetry={loggedOut} />;
    default:
      return null;
  }
}
