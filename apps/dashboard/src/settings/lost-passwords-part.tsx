/** For the admin: makes the link with which somebody sets a new password. */

import { useState } from "react";
import { useSession } from "../account/account.ts";
import { checkEmail } from "../account/credentials.ts";
import { Field } from "../account/field.tsx";
import { textOf } from "../account/text-of.ts";
import { Part } from "./part.tsx";
import { RowForm } from "./row-form.tsx";
import { ShownOnce } from "./shown-once.tsx";

export function LostPasswordsPart() {
  const { api } = useSession();
  const [link, setLink] = useState<string>();

  async function make(form: FormData): Promise<void> {
    setLink(undefined);
    const made = await api.call("createPasswordReset", { body: { email: textOf(form, "email") } });
    setLink(made.link);
  }

  return (
    <Part
      title="Lost passwords"
      lead="Whoever has such a link sets a new password and is in, once, within a day. No mail is sent: make sure who asks for it, and pass it on yourself."
    >
      <RowForm
        label="Make a link for a lost password"
        action="Make link"
        fields={["email"]}
        resets
        check={(form) => checkEmail(textOf(form, "email"))}
        send={make}
      >
        {(errors) => (
          <Field
            label="Email of who lost it"
            name="email"
            type="email"
            autoComplete="off"
            error={errors["email"]}
          />
        )}
      </RowForm>
      {link !== undefined && (
        <ShownOnce
          what="password link"
          secret={link}
          advice="Copy the link now: it isn’t shown again."
          onClose={() => setLink(undefined)}
        />
      )}
    </Part>
  );
}
