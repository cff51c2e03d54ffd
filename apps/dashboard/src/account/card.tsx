/** The frame of what is shown before a project is: a card in the middle of the page. */

import type { ReactNode } from "react";
import { Mark } from "../shell/mark.tsx";
import styles from "./account.module.css";

interface Props {
  readonly title: string;
  readonly lead: ReactNode;
  readonly children: ReactNode;
}

export function Card({ title, lead, children }: Props) {
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <Mark size={40} />
          <span>Wheelhouse</span>
        </div>
        <h1>{title}</h1>
        <p className={styles.lead}>{lead}</p>
        {children}
      </div>
    </main>
  );
}
