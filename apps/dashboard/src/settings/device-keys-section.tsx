/** The project's device keys: with one, a program may speak as a device of the project, and no more. */

import type { DeviceKey } from "@wheelhouse/api";
import { useState } from "react";
import { useSession } from "../account/account.ts";
import { checkName } from "../account/credentials.ts";
import { NameField } from "../account/name-field.tsx";
import { textOf } from "../account/text-of.ts";
import { Confirm } from "./confirm.tsx";
import { DeviceKeyRow } from "./device-key-row.tsx";
import { orderKeys } from "./key-order.ts";
import { Part } from "./part.tsx";
import { RefusalLine } from "./refusal-line.tsx";
import { RowForm } from "./row-form.tsx";
import styles from "./settings.module.css";
import { useAnswer } from "./use-answer.ts";

export function DeviceKeysSection() {
  const { api, account } = useSession();
  const { id: project, role } = account.project;
  const { answer, refusal, askAgain } = useAnswer("deviceKeys", { params: { project } });
  const [leaving, setLeaving] = useState<DeviceKey>();
  const mayChange = role === "owner";

  async function make(form: FormData): Promise<void> {
    await api.call("createDeviceKey", { params: { project }, body: { name: textOf(form, "name") } });
    await askAgain();
  }

  async function revoke({ id }: DeviceKey): Promise<void> {
    await api.call("revokeDeviceKey", { params: { project, id } });
    await askAgain();
  }

  return (
    <Part
      title="Device keys"
      lead="A key ships inside your game and lets it connect as a device of this project. It gives no access to this page."
    >
      {mayChange && (
        <RowForm
          label="Make a device key"
          action="Make key"
          fields={["name"]}
          resets
          check={(form) => checkName("name", textOf(form, "name"))}
          send={make}
        >
          {(errors) => <NameField label="Name of the new key" placeholder="beta testers" errors={errors} />}
        </RowForm>
      )}
      <RefusalLine text={refusal} />
      {answer && (
        <table className={styles.table} aria-label="Device keys">
          <thead>
            <tr>
              <th>Name</th>
              <th>Key</th>
              <th className={styles.secondary}>Made</th>
              <th aria-label="Actions" />
            </tr>
          </thead>
          <tbody>
            {orderKeys(answer.deviceKeys).map((key) => (
              <DeviceKeyRow key={key.id} deviceKey={key} onRevoke={mayChange ? setLeaving : undefined} />
            ))}
          </tbody>
        </table>
      )}
      {leaving && (
        <Confirm
          title={`Revoke “${leaving.name}”?`}
          action="Revoke key"
          onConfirm={() => revoke(leaving)}
          onClose={() => setLeaving(undefined)}
        >
          <p>
            Devices that use this key are disconnected within a second and can’t come back with it. Copies of
            your game that carry it need another key. What they have sent stays. This can’t be undone.
          </p>
        </Confirm>
      )}
    </Part>
  );
}
