/** The server doesn't answer: says so, and tries again by itself. */

import { useEffect } from "react";
import { Button } from "../shell/button.tsx";
import { Mark } from "../shell/mark.tsx";
import styles from "./account.module.css";

const RETRY_EVERY_MS = 2_000;

export function Unreachable({ onRetry }: { readonly onRetry: () => void }) {
  useEffect(() => {
    const timer = setInterval(onRetry, RETRY_EVERY_MS);
    return () => clearInterval(timer);
  }, [onRetry]);

  return (
    <main className={styles.page}>
      <div className={styles.form} role="alert">
        <div className={styles.brand}>
          <Mark size={40} />
          <span>Wheelhouse</span>
        </div>
        <h1>The server can’t be reached</h1>
        <p className={styles.lead}>Is it running? This page tries again by itself.</p>
        <Button onClick={onRetry}>Try now</Button>
      </div>
    </main>
  );
}
