/** Who belongs to the project, as what, and who is invited. */

import type { Member, Role } from "@wheelhouse/api";
import { useState } from "react";
import { useSession } from "../account/account.ts";
import { ROLE_TEXT } from "../account/invitation-text.ts";
import { classNames } from "../shell/class-names.ts";
import { ConfirmMember, type MemberChange } from "./confirm-member.tsx";
import { InvitationsPart } from "./invitations-part.tsx";
import { MemberRow } from "./member-row.tsx";
import { Part } from "./part.tsx";
import { RefusalLine } from "./refusal-line.tsx";
import styles from "./settings.module.css";
import { useAnswer } from "./use-answer.ts";
import { useInvitations } from "./use-invitations.ts";

export function MembersSection() {
  const { api, account, refresh } = useSession();
  const { id: project, role: ownRole } = account.project;
  const { answer, refusal, askAgain } = useAnswer("members", { params: { project } });
  const [pending, setPending] = useState<MemberChange>();
  const mayChange = ownRole === "owner";
  const isMe = (member: Member): boolean => member.id === account.user.id;

  async function change({ id }: Member, role: Role): Promise<void> {
    await api.call("changeMember", { params: { project, user: id }, body: { role } });
    await Promise.all([askAgain(), refresh()]);
  }

  async function remove(member: Member): Promise<void> {
    await api.call("removeMember", { params: { project, user: member.id } });
    await (isMe(member) ? refresh() : askAgain());
  }

  return (
    <>
      <Part
        title="Members"
        lead={`Viewers ${ROLE_TEXT.viewer}, editors also change values, owners also manage what stands on these pages.`}
      >
        <RefusalLine text={refusal} />
        {answer && (
          <table role="table" className={classNames(styles.table, styles.people)} aria-label="Members">
            <thead role="rowgroup">
              <tr role="row">
                <th role="columnheader">Person</th>
                <th role="columnheader">Role</th>
                <th role="columnheader" aria-label="Actions" />
              </tr>
            </thead>
            <tbody role="rowgroup">
              {answer.members.map((member) => (
                <MemberRow
                  key={member.id}
                  member={member}
                  isMe={isMe(member)}
                  mayChange={mayChange}
                  onChange={async (role) => {
                    if (isMe(member)) setPending({ member, role });
                    else await change(member, role);
                  }}
                  onRemove={() => setPending({ member, role: undefined })}
                />
              ))}
            </tbody>
          </table>
        )}
      </Part>
      {mayChange && <ProjectInvitations project={project} />}
      {pending && (
        <ConfirmMember
          {...pending}
          isMe={isMe(pending.member)}
          onConfirm={() =>
            pending.role === undefined ? remove(pending.member) : change(pending.member, pending.role)
          }
          onClose={() => setPending(undefined)}
        />
      )}
    </>
  );
}

function ProjectInvitations({ project }: { readonly project: string }) {
  return (
    <InvitationsPart
      title="Invitations"
      lead="A link lets one person in. No mail is sent: pass the link on yourself."
      takesRole
      invitations={useInvitations(project)}
    />
  );
}
