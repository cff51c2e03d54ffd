/** A secret that is shown this one time. */

import { X } from "lucide-react";
import { Button } from "../shell/button.tsx";
import { CopyButton } from "../shell/copy-button.tsx";
import styles from "./settings.module.css";

interface Props {
  /** What it is: "token", "link". */
  readonly what: string;
  readonly secret: string;
  readonly advice: string;
  readonly onClose: () => void;
}

export function ShownOnce({ what, secret, advice, onClose }: Props) {
  return (
    <div className={styles.once} role="status">
      <p>{advice}</p>
      <Button look="icon" onClick={onClose} aria-label={`Hide the ${what}`}>
        <X size={15} />
      </Button>
      <code aria-label={`New ${what}`}>{secret}</code>
      <CopyButton what={what} text={secret} />
    </div>
  );
}
