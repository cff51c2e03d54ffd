/** A sheet over the page, with the focus in its first field; Escape or a press beside it closes it. */

import { X } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { Button } from "./button.tsx";
import styles from "./dialog.module.css";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Dialog({ title, onClose, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("input, select, textarea")?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      className={styles.dialog}
      aria-label={title}
      onCancel={onClose}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <header className={styles.bar}>
        <h2>{title}</h2>
        <Button look="icon" onClick={onClose} aria-label="Close">
          <X size={15} />
        </Button>
      </header>
      <div className={styles.content}>{children}</div>
    </dialog>
  );
}
