/** Joining a project with the account one is logged in with. */

import type { ApiClient } from "@wheelhouse/api";
import { Button } from "../shell/button.tsx";
import { Link } from "../shell/link.tsx";
import type { Me } from "./account.ts";
import { AccountForm } from "./account-form.tsx";
import styles from "./account.module.css";
import { Card } from "./card.tsx";
import { toInvitationText } from "./invitation-text.ts";
import type { InvitationRead } from "./use-invitation.ts";

interface Props {
  readonly api: ApiClient;
  readonly secret: string;
  readonly invitation: InvitationRead;
  readonly me: Me;
  readonly onDone: (project: string) => Promise<void>;
  readonly onLogOut: () => void;
}

export function JoinInvited({ api, secret, invitation, me, onDone, onLogOut }: Props) {
  const other = (
    <p className={styles.other}>
      You are logged in as {me.user.email}.<Button onClick={onLogOut}>Log out</Button>
    </p>
  );
  if (invitation.project === null)
    return (
      <Card
        title="This invitation is for a new account"
        lead="You have one already. Pass the link on to the person it is for."
      >
        {other}
        <p className={styles.other}>
          <Link href="/">To your projects</Link>
        </p>
      </Card>
    );
  return (
    <AccountForm
      title="You are invited"
      lead={toInvitationText(invitation)}
      action={`Join ${invitation.project.name}`}
      fields={[]}
      check={() => ({})}
      send={async () => {
        const { id } = await api.call("acceptInvitation", { body: { invitation: secret } });
        await onDone(id);
      }}
      footer={other}
    >
      {() => null}
    </AccountForm>
  );
}
