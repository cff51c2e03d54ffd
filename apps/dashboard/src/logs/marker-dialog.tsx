/** Asks what a marker is to be called, and sets it at the moment when this was opened. */

import { MAX_NAME_LENGTH } from "@wheelhouse/protocol";
import { useState } from "react";
import { useSession } from "../account/account.ts";
import { textOf } from "../account/text-of.ts";
import { useForm } from "../account/use-form.ts";
import { Button } from "../shell/button.tsx";
import { Dialog } from "../shell/dialog.tsx";
import styles from "./logs.module.css";

interface Props {
  readonly device: string;
  readonly onClose: () => void;
}

export function MarkerDialog({ device, onClose }: Props) {
  const { api, account } = useSession();
  const [at] = useState(Date.now);
  const { refusal, isSending, onSubmit } = useForm({
    fields: [],
    check: () => ({}),
    async send(form) {
      const body = { name: textOf(form, "name"), device, at };
      await api.call("addMarker", { params: { project: account.project.id }, body });
      onClose();
    },
  });

  return (
    <Dialog title="Set a marker" onClose={onClose}>
      <form className={styles.markerForm} onSubmit={onSubmit}>
        <input
          name="name"
          aria-label="Name of the marker"
          required
          maxLength={MAX_NAME_LENGTH}
          autoComplete="off"
          autoFocus
        />
        <Button type="submit" look="primary" disabled={isSending}>
          Set
        </Button>
        {refusal !== "" && <p role="alert">{refusal}</p>}
      </form>
    </Dialog>
  );
}
