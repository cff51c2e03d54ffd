/** The project's name, and how much of what its devices send is kept. */

import { useSession } from "../account/account.ts";
import { checkName } from "../account/credentials.ts";
import { NameField } from "../account/name-field.tsx";
import { textOf } from "../account/text-of.ts";
import { Part } from "./part.tsx";
import { RetentionForm } from "./retention-form.tsx";
import { RefusalLine } from "./refusal-line.tsx";
import { RowForm } from "./row-form.tsx";
import { useAnswer } from "./use-answer.ts";

export function ProjectSection() {
  const { api, account, refresh } = useSession();
  const { project } = account;
  const { answer, refusal, askAgain } = useAnswer("projects", {});
  const retention = answer?.projects.find(({ id }) => id === project.id)?.retention;

  async function rename(form: FormData): Promise<void> {
    await api.call("changeProject", {
      params: { project: project.id },
      body: { name: textOf(form, "name") },
    });
    await refresh();
  }

  return (
    <>
      <Part title="Project">
        <RowForm
          label="Name of the project"
          action="Rename"
          fields={["name"]}
          check={(form) => checkName("name", textOf(form, "name"))}
          send={rename}
        >
          {(errors) => <NameField label="Name" defaultValue={project.name} errors={errors} />}
        </RowForm>
      </Part>
      <Part
        title="Retention"
        lead="How much of the log, the markers and the variables’ past is kept. The devices and their newest values stay. An empty field is without a limit."
      >
        <RefusalLine text={refusal} />
        {retention && <RetentionForm project={project.id} retention={retention} onChanged={askAgain} />}
      </Part>
    </>
  );
}
