/** The main screen: opens the live side of the project, and shows either how to connect a first device or the devices. */

import { useEffect, useState } from "react";
import { useSession } from "../account/account.ts";
import { Waiting } from "../first-run/waiting.tsx";
import { LiveContext, useLive } from "../live/live-context.tsx";
import { openLive, type Live } from "../live/live.ts";
import { DeviceScreen } from "./device-screen.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import styles from "./shell.module.css";
import { ShortcutsSheet } from "./shortcuts-sheet.tsx";
import { TopBar } from "./top-bar.tsx";
import { useShortcut } from "./use-shortcut.ts";
import { useView } from "./use-view.ts";

export function Shell({ onLoggedOut }: { readonly onLoggedOut: () => void }) {
  const { api, account } = useSession();
  const [live, setLive] = useState<Live>();
  const project = account.project.id;

  useEffect(() => {
    const opened = openLive(api, project, onLoggedOut);
    setLive(opened);
    return () => opened.close();
  }, [api, project, onLoggedOut]);

  if (live === undefined) return null;
  return (
    <LiveContext value={live}>
      <Screen live={live} />
    </LiveContext>
  );
}

function Screen({ live }: { readonly live: Live }) {
  const [view, changeView] = useView();
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const devices = useLive("devices");
  const [wasEmpty, setWasEmpty] = useState(false);
  const isWaiting = wasEmpty || devices?.size === 0;
  useShortcut("?", () => setIsSheetOpen(true));

  // Once there, the first screen stays until it has told its good news.
  useEffect(() => {
    if (devices?.size === 0) setWasEmpty(true);
  }, [devices]);

  function leadOn(device: string): void {
    setWasEmpty(false);
    changeView({ device });
  }

  return (
    <div className={styles.shell}>
      <TopBar onShortcuts={() => setIsSheetOpen(true)} />
      <div className={styles.screen}>
        <ErrorBoundary what="This screen">
          {isWaiting && <Waiting onOpen={leadOn} />}
          {!isWaiting && devices !== undefined && (
            <DeviceScreen live={live} devices={devices} view={view} changeView={changeView} />
          )}
        </ErrorBoundary>
      </div>
      {isSheetOpen && <ShortcutsSheet onClose={() => setIsSheetOpen(false)} />}
    </div>
  );
}
