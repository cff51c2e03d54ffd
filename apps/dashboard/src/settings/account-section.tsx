/** A person's own: where they are logged in, and their password. */

import { useSession } from "../account/account.ts";
import { Button } from "../shell/button.tsx";
import { Part } from "./part.tsx";
import { PasswordForm } from "./password-form.tsx";
import { SessionTable } from "./session-table.tsx";
import { useAnswer } from "./use-answer.ts";

export function AccountSection() {
  const { account, logOut } = useSession();
  const sessions = useAnswer("webSessions", {});
  return (
    <>
      <Part title="Account" lead={`You are logged in as ${account.user.email}.`}>
        <Button onClick={logOut}>Log out</Button>
      </Part>
      <Part title="Sessions" lead="The browsers in which you are logged in.">
        <SessionTable sessions={sessions} />
      </Part>
      <Part title="Password" lead="A new password ends all your other sessions. Tokens stay.">
        <PasswordForm email={account.user.email} onChanged={sessions.askAgain} />
      </Part>
    </>
  );
}
