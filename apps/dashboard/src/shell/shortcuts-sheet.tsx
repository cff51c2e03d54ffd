/** The keys that do something. */

import { Dialog } from "./dialog.tsx";
import styles from "./shell.module.css";

const SHORTCUTS = [
  ["/", "Filter variables"],
  ["e", "Edit the variable in focus, or the first one listed"],
  ["Enter", "Set the draft (Ctrl Enter in JSON)"],
  ["Esc", "Discard the draft, or clear the filter"],
  ["space", "Pause the log, or follow it again"],
  ["m", "Set a marker"],
  [",", "Open the settings, or leave them"],
  ["?", "Show this sheet"],
] as const;

export function ShortcutsSheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className={styles.shortcuts}>
        {SHORTCUTS.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
