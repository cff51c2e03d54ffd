/** Before a project has any device: how to connect the first one. Turns green by itself when it appears, and leads to it. */

import { useEffect } from "react";
import { titleOf } from "../devices/device-order.ts";
import { useLive } from "../live/live-context.tsx";
import { Button } from "../shell/button.tsx";
import { classNames } from "../shell/class-names.ts";
import { ConnectGuide } from "./connect-guide.tsx";
import styles from "./waiting.module.css";

/** How long the good news stands before the page moves on by itself. */
const LEAD_ON_MS = 2_000;

export function Waiting({ onOpen }: { readonly onOpen: (device: string) => void }) {
  const devices = useLive("devices");
  const first = devices === undefined ? undefined : [...devices.values()][0];

  useEffect(() => {
    if (first === undefined) return;
    const timer = setTimeout(() => onOpen(first.id), LEAD_ON_MS);
    return () => clearTimeout(timer);
  }, [first?.id, onOpen]);

  return (
    <main className={styles.page}>
      <section className={styles.card} aria-labelledby="waiting-title">
        <div className={classNames(styles.state, first && styles.here)} role="status">
          <span className={styles.beacon} />
          <h1 id="waiting-title">
            {first === undefined ? (
              "Waiting for the first line…"
            ) : (
              <>
                <bdi>{titleOf(first)}</bdi> is connected
              </>
            )}
          </h1>
          {first && (
            <Button look="primary" onClick={() => onOpen(first.id)}>
              Watch it
            </Button>
          )}
        </div>
        <p className={styles.lead}>
          Connect your game with this project’s device key. The page notices by itself.
        </p>
        <ConnectGuide />
      </section>
    </main>
  );
}
