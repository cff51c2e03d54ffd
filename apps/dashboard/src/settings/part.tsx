/** A titled part of a section: what it is in a sentence, then what there is to see and do. */

import { useId, type ReactNode } from "react";
import styles from "./settings.module.css";

interface Props {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}

export function Part({ title, lead, children }: Props) {
  const id = useId();
  return (
    <section className={styles.part} aria-labelledby={id}>
      <h1 id={id}>{title}</h1>
      {lead !== undefined && <p className={styles.lead}>{lead}</p>}
      {children}
    </section>
  );
}
