/** Makes the link of an invitation, and lists those that are open. */

import type { Invitation, Role } from "@wheelhouse/api";
import { useState } from "react";
import { textOf } from "../account/text-of.ts";
import { Button } from "../shell/button.tsx";
import { InvitationForm } from "./invitation-form.tsx";
import { Ago, Until } from "./moment.tsx";
import { Part } from "./part.tsx";
import { RefusalLine } from "./refusal-line.tsx";
import styles from "./settings.module.css";
import { ShownOnce } from "./shown-once.tsx";
import { INVITATION_SPANS, spanOf } from "./times.ts";
import { useAction } from "./use-action.ts";
import type { Invitations } from "./use-invitations.ts";

interface Props {
  readonly title: string;
  readonly lead: string;
  /** Whether who is invited gets a role. */
  readonly takesRole: boolean;
  readonly invitations: Invitations;
}

export function InvitationsPart({ title, lead, takesRole, invitations }: Props) {
  const { answer, refusal, askAgain, create, withdraw } = invitations;
  const [made, setMade] = useState<{ readonly id: string; readonly link: string }>();
  const withdrawing = useAction();

  async function make(form: FormData): Promise<void> {
    const role = takesRole ? (textOf(form, "role") as Role) : "owner";
    setMade(await create(role, spanOf(INVITATION_SPANS, textOf(form, "expiresInMs"))));
    await askAgain();
  }

  async function takeBack({ id }: Invitation): Promise<void> {
    await withdraw(id);
    // A link that doesn't work any more isn't one to copy.
    setMade((shown) => (shown?.id === id ? undefined : shown));
    await askAgain();
  }

  return (
    <Part title={title} lead={lead}>
      <InvitationForm takesRole={takesRole} send={make} />
      {made && (
        <ShownOnce
          what="invitation link"
          secret={made.link}
          advice="Copy the link now: it isn’t shown again."
          onClose={() => setMade(undefined)}
        />
      )}
      <RefusalLine text={refusal || withdrawing.refusal} />
      {answer && answer.invitations.length > 0 && (
        <table className={styles.table} aria-label="Open invitations">
          <thead>
            <tr>
              {takesRole && <th>Role</th>}
              <th>Invited by</th>
              <th className={styles.secondary}>Made</th>
              <th>Ends</th>
              <th aria-label="Actions" />
            </tr>
          </thead>
          <tbody>
            {answer.invitations.map((invitation) => (
              <tr key={invitation.id}>
                {takesRole && <td>{invitation.role}</td>}
                <td className={styles.named}>{invitation.by}</td>
                <td className={styles.secondary}>
                  <Ago at={invitation.createdAt} />
                </td>
                <td>
                  <Until at={invitation.expiresAt} />
                </td>
                <td className={styles.actions}>
                  <Button
                    disabled={withdrawing.isBusy}
                    onClick={() => void withdrawing.run(() => takeBack(invitation))}
                  >
                    Withdraw
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Part>
  );
}
