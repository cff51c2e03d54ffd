/** What the link of an invitation opens: says what it is to, and lets one sign up with it or join with the account one has. */

import type { ApiClient } from "@wheelhouse/api";
import { useState } from "react";
import type { AccountActions, Me } from "./account.ts";
import { toInvitationText } from "./invitation-text.ts";
import { JoinInvited } from "./join-invited.tsx";
import { LogIn } from "./log-in.tsx";
import { OtherWay } from "./other-way.tsx";
import { RefusedLink } from "./refused-link.tsx";
import { SignUp } from "./sign-up.tsx";
import { useInvitation } from "./use-invitation.ts";

interface Props {
  readonly api: ApiClient;
  readonly secret: string;
  /** `undefined` for who isn't logged in. */
  readonly me: Me | undefined;
  readonly actions: AccountActions;
  /** Told the project that one is in now. */
  readonly onDone: (project: string) => Promise<void>;
}

export function Invited({ api, secret, me, actions, onDone }: Props) {
  const state = useInvitation(api, secret);
  const [hasAccount, setHasAccount] = useState(false);

  if (state.step === "asking") return null;
  if (state.step === "refused")
    return <RefusedLink what="invitation" {...state} isLoggedIn={me !== undefined} />;
  const invitation = state.found;
  const lead = toInvitationText(invitation);
  if (me !== undefined)
    return <JoinInvited {...{ api, secret, invitation, me }} onDone={onDone} onLogOut={actions.logOut} />;
  // One to the installation is for a new account only.
  const takesProject = invitation.project === null;
  if (hasAccount && !takesProject)
    return (
      <LogIn
        api={api}
        lead={lead}
        onDone={actions.refresh}
        footer={<OtherWay question="No account yet?" action="Sign up" onPick={() => setHasAccount(false)} />}
      />
    );
  const logIn = (
    <OtherWay question="You have an account here?" action="Log in" onPick={() => setHasAccount(true)} />
  );
  return (
    <SignUp
      api={api}
      title="You are invited"
      lead={lead}
      invitation={secret}
      takesProject={takesProject}
      onDone={onDone}
      footer={!takesProject && logIn}
    />
  );
}
