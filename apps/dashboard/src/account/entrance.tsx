/** For who isn't logged in: logging in, and signing up where the server lets everybody. */

import type { ApiClient } from "@wheelhouse/api";
import { useState } from "react";
import { LogIn } from "./log-in.tsx";
import { OtherWay } from "./other-way.tsx";
import { SignUp } from "./sign-up.tsx";

interface Props {
  readonly api: ApiClient;
  readonly openRegistration: boolean;
  readonly onLoggedIn: () => Promise<void>;
  /** Told the new account's project. */
  readonly onSignedUp: (project: string) => Promise<void>;
}

export function Entrance({ api, openRegistration, onLoggedIn, onSignedUp }: Props) {
  const [isNew, setIsNew] = useState(false);
  if (isNew)
    return (
      <SignUp
        api={api}
        title="Sign up"
        lead="Make an account and a project for your game. It takes one step."
        takesProject
        onDone={onSignedUp}
        footer={
          <OtherWay question="You have an account here?" action="Log in" onPick={() => setIsNew(false)} />
        }
      />
    );
  return (
    <LogIn
      api={api}
      onDone={onLoggedIn}
      footer={
        openRegistration && (
          <OtherWay question="No account yet?" action="Sign up" onPick={() => setIsNew(true)} />
        )
      }
    />
  );
}
