/** One member: who, as what, and for owners how to change that. The roles are said, since on a phone the row isn't laid out as one. */

import { ROLES, type Member, type Role } from "@wheelhouse/api";
import { Button } from "../shell/button.tsx";
import { Segments } from "../shell/segments.tsx";
import { RefusalLine } from "./refusal-line.tsx";
import styles from "./settings.module.css";
import { useAction } from "./use-action.ts";

interface Props {
  readonly member: Member;
  readonly isMe: boolean;
  /** Whether the one who looks is an owner. */
  readonly mayChange: boolean;
  readonly onChange: (role: Role) => Promise<void>;
  readonly onRemove: () => void;
}

const ROLE_OPTIONS = ROLES.map((value) => ({ value, text: value }));

export function MemberRow({ member, isMe, mayChange, onChange, onRemove }: Props) {
  const { email, role } = member;
  const { refusal, run } = useAction();
  return (
    <tr role="row" aria-label={email}>
      <td role="cell" className={styles.named}>
        {email}
        {isMe && <small> you</small>}
      </td>
      <td role="cell">
        {mayChange ? (
          <Segments
            label={`Role of ${email}`}
            options={ROLE_OPTIONS}
            value={role}
            onChange={(next) => {
              if (next !== role) void run(() => onChange(next));
            }}
          />
        ) : (
          role
        )}
        <RefusalLine text={refusal} />
      </td>
      <td role="cell" className={styles.actions}>
        {(mayChange || isMe) && (
          <Button onClick={onRemove} aria-label={isMe ? "Leave this project" : `Remove ${email}`}>
            {isMe ? "Leave" : "Remove"}
          </Button>
        )}
      </td>
    </tr>
  );
}
