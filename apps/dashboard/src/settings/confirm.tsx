/** Asks before something that can't be undone, and says what will happen. */

import type { ReactNode } from "react";
import { Button } from "../shell/button.tsx";
import { Dialog } from "../shell/dialog.tsx";
import { RefusalLine } from "./refusal-line.tsx";
import styles from "./settings.module.css";
import { useAction } from "./use-action.ts";

interface Props {
  readonly title: string;
  readonly action: string;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Confirm({ title, action, onConfirm, onClose, children }: Props) {
  const { isBusy, refusal, run } = useAction();
  const confirm = async (): Promise<void> => {
    if (await run(onConfirm)) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div className={styles.confirm}>
        {children}
        <RefusalLine text={refusal} />
        <div className={styles.buttons}>
          <Button onClick={onClose}>Keep it as it is</Button>
          <Button look="danger" disabled={isBusy} onClick={() => void confirm()}>
            {action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
