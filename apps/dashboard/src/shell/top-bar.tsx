/** The bar above everything: the name, the project, whether the page is live, and the account's menu. */

import { ChevronDown, Keyboard, LogOut } from "lucide-react";
import { useSession } from "../account/account.ts";
import { useLive } from "../live/live-context.tsx";
import type { Connection } from "../live/live-state.ts";
import { classNames } from "./class-names.ts";
import { Mark } from "./mark.tsx";
import styles from "./shell.module.css";

const CONNECTION_TEXT: Readonly<Record<Connection, string>> = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
};

export function TopBar({ onShortcuts }: { readonly onShortcuts: () => void }) {
  const { account, logOut } = useSession();
  const connection = useLive("connection");
  return (
    <header className={styles.top}>
      <Mark />
      <span className={styles.name}>Wheelhouse</span>
      <span className={styles.project}>{account.project.name}</span>
      <span
        className={classNames(styles.connection, styles[connection])}
        role="status"
        aria-label="Connection"
      >
        {CONNECTION_TEXT[connection]}
      </span>
      <button type="button" className={styles.account} popoverTarget="account-menu" aria-label="Account">
        <span>{account.user.email}</span>
        <ChevronDown size={14} />
      </button>
      <div id="account-menu" popover="auto" className={styles.menu}>
        <p>{account.user.email}</p>
        <button type="button" popoverTarget="account-menu" popoverTargetAction="hide" onClick={onShortcuts}>
          <Keyboard size={14} /> Keyboard shortcuts
        </button>
        <button type="button" onClick={logOut}>
          <LogOut size={14} /> Log out
        </button>
      </div>
    </header>
  );
}
