/** Makes a project, and goes there. */

import type { ApiClient } from "@wheelhouse/api";
import { checkName } from "../account/credentials.ts";
import { NameField } from "../account/name-field.tsx";
import { textOf } from "../account/text-of.ts";
import { useForm } from "../account/use-form.ts";
import { navigate } from "./address.ts";
import { Button } from "./button.tsx";
import styles from "./shell.module.css";
import { toDevicesAddress } from "./view.ts";

interface Props {
  readonly api: ApiClient;
  readonly refresh: () => Promise<void>;
}

export function NewProjectForm({ api, refresh }: Props) {
  const { errors, refusal, isSending, onSubmit } = useForm({
    fields: ["name"],
    check: (form) => checkName("name", textOf(form, "name")),
    async send(form) {
      const { id } = await api.call("createProject", { body: { name: textOf(form, "name") } });
      await refresh();
      navigate(toDevicesAddress(id));
    },
  });
  return (
    <form noValidate className={styles.newProject} onSubmit={onSubmit} aria-label="New project">
      <NameField label="Name of the new project" errors={errors} />
      <Button look="primary" type="submit" disabled={isSending}>
        Make project
      </Button>
      {refusal !== "" && <p role="alert">{refusal}</p>}
    </form>
  );
}
