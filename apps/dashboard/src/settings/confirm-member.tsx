/** Asks before somebody is removed, and before an owner lowers their own role. */

import type { Member, Role } from "@wheelhouse/api";
import { Confirm } from "./confirm.tsx";

export interface MemberChange {
  readonly member: Member;
  /** `undefined` to remove them. */
  readonly role: Role | undefined;
}

interface Props extends MemberChange {
  readonly isMe: boolean;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

export function ConfirmMember({ member, role, isMe, onConfirm, onClose }: Props) {
  const asks = { onConfirm, onClose };
  if (role !== undefined)
    return (
      <Confirm title="Give up owning this project?" action={`Become ${role}`} {...asks}>
        <p>You can’t manage this project any more then. Only another owner can give the role back.</p>
      </Confirm>
    );
  if (isMe)
    return (
      <Confirm title="Leave this project?" action="Leave" {...asks}>
        <p>
          You and your tokens lose sight of this project at once. What you changed stays. Coming back takes a
          new invitation.
        </p>
      </Confirm>
    );
  return (
    <Confirm title={`Remove ${member.email}?`} action="Remove" {...asks}>
      <p>
        They and their tokens lose sight of this project at once. What they changed stays. Coming back takes a
        new invitation.
      </p>
    </Confirm>
  );
}
