/** How to connect a program: the device key, and snippets to copy. */

import { useId, useState, type KeyboardEvent } from "react";
import { useSession } from "../account/account.ts";
import styles from "./connect-guide.module.css";
import { Button } from "../shell/button.tsx";
import { CopyButton } from "../shell/copy-button.tsx";
import { toDeviceHost, toSnippets, type Snippet } from "./snippets.ts";
import { useDeviceKey } from "./use-device-key.ts";

export function ConnectGuide() {
  const [state, makeKey] = useDeviceKey();
  const { devicePort } = useSession();
  if (state.step === "asking") return <div className={styles.guide} />;
  if (state.step === "refused") return <p className={styles.refused}>{state.message}</p>;
  if (state.step === "none")
    return (
      <div className={styles.key}>
        <span className={styles.none}>This project has no device key.</span>
        <Button look="primary" onClick={() => void makeKey()}>
          Make one
        </Button>
      </div>
    );
  const snippets = toSnippets(state.key, { host: toDeviceHost(location.hostname), port: devicePort });
  return (
    <div className={styles.guide}>
      <div className={styles.key}>
        <span>Device key</span>
        <code aria-label="Device key">{state.key}</code>
        <CopyButton what="device key" text={state.key} />
      </div>
      <SnippetTabs snippets={snippets} />
    </div>
  );
}

function SnippetTabs({ snippets }: { readonly snippets: readonly Snippet[] }) {
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const snippet = snippets[chosen];

  // The keys of the tabs pattern (WAI-ARIA): arrows move between tabs, Tab leaves them.
  function move(event: KeyboardEvent<HTMLDivElement>): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = (chosen + step + snippets.length) % snippets.length;
    setChosen(next);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")[next]?.focus();
  }

  return (
    <div className={styles.snippets}>
      <div role="tablist" aria-label="Connect with" className={styles.tabs} onKeyDown={move}>
        {snippets.map(({ id: tab, title }, index) => (
          <button
            key={tab}
            id={`${id}-${tab}`}
            type="button"
            role="tab"
            aria-selected={index === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={index === chosen ? 0 : -1}
            onClick={() => setChosen(index)}
          >
            {title}
          </button>
        ))}
      </div>
      {snippet && (
        <div
          role="tabpanel"
          id={`${id}-panel`}
          aria-labelledby={`${id}-${snippet.id}`}
          className={styles.panel}
        >
          <div className={styles.hint}>
            <p>{snippet.hint}</p>
            <CopyButton key={snippet.id} what="snippet" text={snippet.code} />
          </div>
          <pre tabIndex={0} aria-label="Snippet">
            <code>{snippet.code}</code>
          </pre>
        </div>
      )}
    </div>
  );
}
