/** Which screen a person sees: an invitation, making the first account, logging in, or a project. */

import { createApiClient } from "@wheelhouse/api";
import { useMemo } from "react";
import {
  SessionContext,
  useAccount,
  type AccountActions,
  type AccountState,
  type Session,
} from "./account/account.ts";
import { Entrance } from "./account/entrance.tsx";
import { Invited } from "./account/invited.tsx";
import { ResetPassword } from "./account/reset-password.tsx";
import { Unreachable } from "./account/unreachable.tsx";
import { FirstAccount } from "./first-run/first-account.tsx";
import { navigate, useAddress } from "./shell/address.ts";
import { NoProject } from "./shell/no-project.tsx";
import { Shell } from "./shell/shell.tsx";
import { chooseProject, parseView, toDevicesAddress } from "./shell/view.ts";

const api = createApiClient();

export function App() {
  const [state, actions] = useAccount(api);
  const { path, fragment } = useAddress();

  /** For who has just come into a project: the address may name another, or hold an invitation's secret. */
  async function enter(project: string): Promise<void> {
    await actions.refresh();
    navigate(toDevicesAddress(project), "replace");
  }

  if (state.step === "asking") return null;
  if (state.step === "unreachable") return <Unreachable onRetry={() => void actions.ask()} />;
  if (path === "/invite") {
    const me = state.step === "in" ? state.me : undefined;
    return <Invited key={fragment} {...{ api, secret: fragment, me, actions }} onDone={enter} />;
  }
  if (path === "/reset-password")
    return (
      <ResetPassword
        key={fragment}
        {...{ api, secret: fragment, isLoggedIn: state.step === "in" }}
        onDone={async () => {
          await actions.ask();
          navigate("/", "replace");
        }}
      />
    );
  if (state.step === "first-run")
    return <FirstAccount api={api} needsCode={state.needsCode} onDone={enter} />;
  if (state.step === "log-in")
    return (
      <Entrance
        api={api}
        openRegistration={state.openRegistration}
        onLoggedIn={actions.ask}
        onSignedUp={enter}
      />
    );
  return <LoggedIn state={state} actions={actions} />;
}

interface LoggedInProps {
  readonly state: Extract<AccountState, { step: "in" }>;
  readonly actions: AccountActions;
}

/** The project that the address names, or the first. */
function LoggedIn({ state: { me, devicePort }, actions }: LoggedInProps) {
  const { search } = useAddress();
  const wanted = parseView(search).project;
  const project = chooseProject(me.projects, wanted);
  const session = useMemo(
    (): Session | undefined => project && { api, devicePort, account: { ...me, project }, ...actions },
    [me, project, devicePort, actions],
  );
  if (session === undefined)
    return <NoProject api={api} me={me} isUnknown={wanted !== undefined} actions={actions} />;
  return (
    <SessionContext value={session}>
      <Shell key={session.account.project.id} />
    </SessionContext>
  );
}
