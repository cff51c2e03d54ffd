/** How long and how much is kept; asks before less is kept than now. */

import { useState } from "react";
import { useSession } from "../account/account.ts";
import { Field } from "../account/field.tsx";
import { textOf } from "../account/text-of.ts";
import { Confirm } from "./confirm.tsx";
import {
  AGE_FIELD,
  SIZE_FIELD,
  isRetention,
  isTighter,
  parseRetention,
  toRetentionText,
  type Retention,
} from "./retention.ts";
import { RowForm } from "./row-form.tsx";

interface Props {
  readonly project: string;
  readonly retention: Retention;
  readonly onChanged: () => Promise<void>;
}

export function RetentionForm({ project, retention, onChanged }: Props) {
  const { api } = useSession();
  const [tighter, setTighter] = useState<Retention>();
  const { days, gigabytes } = toRetentionText(retention);
  const read = (form: FormData) =>
    parseRetention({ days: textOf(form, AGE_FIELD), gigabytes: textOf(form, SIZE_FIELD) }, retention);

  async function change(next: Retention): Promise<void> {
    await api.call("changeProject", { params: { project }, body: { retention: next } });
    await onChanged();
  }

  async function send(form: FormData): Promise<void> {
    const next = read(form);
    if (!isRetention(next)) return;
    if (isTighter(next, retention)) setTighter(next);
    else await change(next);
  }

  return (
    <>
      <RowForm
        label="Retention"
        action="Save"
        fields={[AGE_FIELD, SIZE_FIELD]}
        check={(form) => {
          const parsed = read(form);
          return isRetention(parsed) ? {} : parsed;
        }}
        send={send}
      >
        {(errors) => (
          <>
            <Field
              label="Keep for, in days"
              name={AGE_FIELD}
              inputMode="decimal"
              placeholder="no limit"
              defaultValue={days}
              autoComplete="off"
              error={errors[AGE_FIELD]}
            />
            <Field
              label="Keep at most, in GB"
              name={SIZE_FIELD}
              inputMode="decimal"
              placeholder="no limit"
              defaultValue={gigabytes}
              autoComplete="off"
              error={errors[SIZE_FIELD]}
            />
          </>
        )}
      </RowForm>
      {tighter && (
        <Confirm
          title="Keep less than before?"
          action="Keep less"
          onConfirm={() => change(tighter)}
          onClose={() => setTighter(undefined)}
        >
          <p>What is older or more than that is deleted for good, the oldest first. This can’t be undone.</p>
        </Confirm>
      )}
    </>
  );
}
