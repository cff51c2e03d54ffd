/** Makes a token: its name, how far its rights go, and until when. */

import type { Answer, Role } from "@wheelhouse/api";
import { useSession } from "../account/account.ts";
import { checkName } from "../account/credentials.ts";
import { SelectField } from "../account/field.tsx";
import { NameField } from "../account/name-field.tsx";
import { textOf } from "../account/text-of.ts";
import { RowForm } from "./row-form.tsx";
import { TOKEN_SPANS, spanOf } from "./times.ts";

interface Props {
  readonly onMade: (made: Answer<"createToken">) => Promise<void>;
}

export function TokenForm({ onMade }: Props) {
  const { api, account } = useSession();

  async function make(form: FormData): Promise<void> {
    const lastsMs = spanOf(TOKEN_SPANS, textOf(form, "expiresAt"));
    const body = {
      name: textOf(form, "name"),
      role: (textOf(form, "role") || undefined) as Role | undefined,
      project: textOf(form, "project") || undefined,
      expiresAt: lastsMs === undefined ? undefined : Date.now() + lastsMs,
    };
    await onMade(await api.call("createToken", { body }));
  }

  return (
    <RowForm
      label="Make a token"
      action="Make token"
      fields={["name", "role", "project", "expiresAt"]}
      resets
      check={(form) => checkName("name", textOf(form, "name"))}
      send={make}
    >
      {(errors) => (
        <>
          <NameField label="Name of the new token" placeholder="build server" errors={errors} />
          <SelectField label="It may do what" name="role" error={errors["role"]}>
            <option value="">I may</option>
            <option value="viewer">a viewer may</option>
            <option value="editor">an editor may</option>
            <option value="owner">an owner may</option>
          </SelectField>
          <SelectField label="In" name="project" error={errors["project"]}>
            <option value="">all my projects</option>
            {account.projects.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
          <SelectField
            label="It ends after"
            name="expiresAt"
            defaultValue="90 days"
            error={errors["expiresAt"]}
          >
            {TOKEN_SPANS.map(({ text }) => (
              <option key={text}>{text}</option>
            ))}
          </SelectField>
        </>
      )}
    </RowForm>
  );
}
