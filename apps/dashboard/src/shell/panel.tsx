/** A titled part of the screen, with a bar of tools above what scrolls. */

import type { ReactNode } from "react";
import styles from "./panel.module.css";

interface Props {
  readonly title: string;
  /** A few words beside the title. */
  readonly note?: ReactNode;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

export function Panel({ title, note, tools, children }: Props) {
  return (
    <section className={styles.panel} aria-label={title}>
      <header className={styles.bar}>
        <h2>{title}</h2>
        <span className={styles.note}>{note}</span>
        <div className={styles.tools}>{tools}</div>
      </header>
      <div className={styles.body}>{children}</div>
    </section>
  );
}
