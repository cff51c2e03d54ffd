/** What a new invitation is to be: as what, and for how long. */

import { SelectField } from "../account/field.tsx";
import { ROLE_TEXT } from "../account/invitation-text.ts";
import { RowForm } from "./row-form.tsx";
import { INVITATION_SPANS } from "./times.ts";

interface Props {
  readonly takesRole: boolean;
  readonly send: (form: FormData) => Promise<void>;
}

export function InvitationForm({ takesRole, send }: Props) {
  return (
    <RowForm
      label="Make an invitation"
      action="Make link"
      fields={["role", "expiresInMs"]}
      check={() => ({})}
      send={send}
    >
      {(errors) => (
        <>
          {takesRole && (
            <SelectField label="They may" name="role" defaultValue="viewer" error={errors["role"]}>
              {Object.entries(ROLE_TEXT).map(([role, text]) => (
                <option key={role} value={role}>
                  {role}: {text}
                </option>
              ))}
            </SelectField>
          )}
          <SelectField
            label="The link works for"
            name="expiresInMs"
            defaultValue="a week"
            error={errors["expiresInMs"]}
          >
            {INVITATION_SPANS.map(({ text }) => (
              <option key={text}>{text}</option>
            ))}
          </SelectField>
        </>
      )}
    </RowForm>
  );
}
