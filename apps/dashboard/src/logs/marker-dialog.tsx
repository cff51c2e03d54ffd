/** Asks what a marker is to be called, and sets it at the moment when this was opened. */

import { useState, type FormEvent } from "react";
import { useSession } from "../account/account.ts";
import { toRefusalText } from "../account/refusal.ts";
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
  const [problem, setProblem] = useState("");

  async function set(name: string): Promise<void> {
    try {
      await api.call("addMarker", { params: { project: account.project.id }, body: { name, device, at } });
      onClose();
    } catch (error) {
      setProblem(toRefusalText(error).message);
    }
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get("name");
    void set(typeof name === "string" ? name : "");
  }

  return (
    <Dialog title="Set a marker" onClose={onClose}>
      <form className={styles.markerForm} onSubmit={submit}>
        <input
          name="name"
          aria-label="Name of the marker"
          required
          maxLength={200}
          autoComplete="off"
          autoFocus
        />
        <Button type="submit" look="primary">
          Set
        </Button>
        {problem !== "" && <p role="alert">{problem}</p>}
      </form>
    </Dialog>
  );
}
