/** The bar above everything: the name, the project, whether the page is live, the settings, and the account's menu. */

import { ChevronDown, Keyboard, LogOut, Settings } from "lucide-react";
import { useSession } from "../account/account.ts";
import { useLive } from "../live/live-context.tsx";
import type { Connection } from "../live/live-state.ts";
import { classNames } from "./class-names.ts";
import { Link } from "./link.tsx";
import { Mark } from "./mark.tsx";
import { ProjectMenu } from "./project-menu.tsx";
import styles from "./shell.module.css";

const CONNECTION_TEXT: Readonly<Record<Connection, string>> = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
};

interface Props {
  readonly devicesAddress: string;
  readonly settingsAddress: string;
  readonly isInSettings: boolean;
  readonly onShortcuts: () => void;
}

export function TopBar({ devicesAddress, settingsAddress, isInSettings, onShortcuts }: Props) {
  const connection = useLive("connection");
  return (
    <header className={styles.top}>
      <Link href={devicesAddress} className={styles.home} title="Devices" aria-label="Wheelhouse: devices">
        <Mark />
        <span className={styles.name}>Wheelhouse</span>
      </Link>
      <ProjectMenu />
      <span
        className={classNames(styles.connection, styles[connection])}
        role="status"
        aria-label="Connection"
      >
        {CONNECTION_TEXT[connection]}
      </span>
      <Link
        href={isInSettings ? devicesAddress : settingsAddress}
        className={styles.settings}
        title={isInSettings ? "Back to the devices" : "Settings"}
        aria-label="Settings"
        aria-current={isInSettings ? "page" : undefined}
      >
        <Settings size={16} />
      </Link>
      <AccountMenu onShortcuts={onShortcuts} />
    </header>
  );
}

function AccountMenu({ onShortcuts }: { readonly onShortcuts: () => void }) {
  const { account, logOut } = useSession();
  return (
    <>
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
    </>
  );
}
