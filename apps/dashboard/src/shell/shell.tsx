/** The main screen: opens the live side of the project, and shows how to connect a first device, the devices, or the settings. */

import { useEffect, useRef, useState } from "react";
import { useSession } from "../account/account.ts";
import { Waiting } from "../first-run/waiting.tsx";
import { LiveContext, useLive } from "../live/live-context.tsx";
import { openLive, type Live } from "../live/live.ts";
import { isSettingsPath, sectionsFor, toSettingsAddress } from "../settings/sections.ts";
import { SettingsScreen } from "../settings/settings-screen.tsx";
import { navigate, useAddress } from "./address.ts";
import { DeviceScreen } from "./device-screen.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import styles from "./shell.module.css";
import { ShortcutsSheet } from "./shortcuts-sheet.tsx";
import { TopBar } from "./top-bar.tsx";
import { useShortcut } from "./use-shortcut.ts";
import { useView, type ChangeView } from "./use-view.ts";
import { toDevicesAddress, type View } from "./view.ts";

/** One project's; with a `key`, so that nothing of one is left in another. */
export function Shell() {
  const { api, account, ask } = useSession();
  const [live, setLive] = useState<Live>();
  const project = account.project.id;

  useEffect(() => {
    const opened = openLive(api, project, () => void ask());
    setLive(opened);
    return () => opened.close();
  }, [api, project, ask]);

  if (live === undefined) return null;
  return (
    <LiveContext value={live}>
      <Screen live={live} project={project} />
    </LiveContext>
  );
}

interface ScreenProps {
  readonly live: Live;
  readonly project: string;
}

function Screen({ live, project }: ScreenProps) {
  const { path } = useAddress();
  const isInSettings = isSettingsPath(path);
  const [view, changeView] = useView();
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const addresses = { devicesAddress: useDevicesAddress(project), settingsAddress: useSettingsAddress() };
  useShortcut("?", () => setIsSheetOpen(true));
  useShortcut(",", () => navigate(isInSettings ? addresses.devicesAddress : addresses.settingsAddress));

  // A link shows a colleague the same, also one who has other projects.
  useEffect(() => {
    if (view.project !== project) changeView({ project });
  }, [view.project, project, changeView]);

  return (
    <div className={styles.shell}>
      <TopBar {...addresses} isInSettings={isInSettings} onShortcuts={() => setIsSheetOpen(true)} />
      <div className={styles.screen}>
        <ErrorBoundary key={isInSettings ? "settings" : "devices"} what="This screen">
          {isInSettings ? <SettingsScreen path={path} /> : <Devices {...{ live, view, changeView }} />}
        </ErrorBoundary>
      </div>
      {isSheetOpen && <ShortcutsSheet onClose={() => setIsSheetOpen(false)} />}
    </div>
  );
}

/** Where the devices are as they were last looked at. */
function useDevicesAddress(project: string): string {
  const { path, search } = useAddress();
  const last = useRef(toDevicesAddress(project));
  if (!isSettingsPath(path)) last.current = `/${search}`;
  return last.current;
}

/** Where the first section is that this person may see, so that its link shows a colleague the same. */
function useSettingsAddress(): string {
  const { project, isAdmin } = useSession().account;
  return toSettingsAddress(project.id, sectionsFor(project.role, isAdmin)[0]?.name);
}

interface DevicesProps {
  readonly live: Live;
  readonly view: View;
  readonly changeView: ChangeView;
}

function Devices({ live, view, changeView }: DevicesProps) {
  const devices = useLive("devices");
  const [wasEmpty, setWasEmpty] = useState(false);
  const isWaiting = wasEmpty || devices?.size === 0;

  // Once there, the first screen stays until it has told its good news.
  useEffect(() => {
    if (devices?.size === 0) setWasEmpty(true);
  }, [devices]);

  function leadOn(device: string): void {
    setWasEmpty(false);
    changeView({ device });
  }

  if (isWaiting) return <Waiting onOpen={leadOn} />;
  if (devices === undefined) return null;
  return <DeviceScreen live={live} devices={devices} view={view} changeView={changeView} />;
}
