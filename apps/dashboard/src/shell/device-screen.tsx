/** Devices on the left, the open one's variables in the middle, its plot and log on the right. On a phone, one of them at a time. */

import type { Device } from "@wheelhouse/api";
import { useCallback, useEffect, useRef, useState } from "react";
import { ConnectGuide } from "../first-run/connect-guide.tsx";
import { DeviceList } from "../devices/device-list.tsx";
import { orderDevices, titleOf } from "../devices/device-order.ts";
import { useLive } from "../live/live-context.tsx";
import type { Live } from "../live/live.ts";
import { LogPanel } from "../logs/log-panel.tsx";
import { PlotPanel } from "../plot/plot-panel.tsx";
import { VariablePanel } from "../variables/variable-panel.tsx";
import { Dialog } from "./dialog.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import { Segments } from "./segments.tsx";
import styles from "./shell.module.css";
import { useShortcut } from "./use-shortcut.ts";
import { useTitle } from "./use-title.ts";
import type { ChangeView } from "./use-view.ts";
import { togglePlotted, type View } from "./view.ts";

interface Props {
  readonly live: Live;
  readonly devices: ReadonlyMap<string, Device>;
  readonly view: View;
  readonly changeView: ChangeView;
}

const PANES = ["devices", "variables", "plot", "log"] as const;
type Pane = (typeof PANES)[number];

export function DeviceScreen({ live, devices, view, changeView }: Props) {
  const [pane, setPane] = useState<Pane>("variables");
  const [isGuideOpen, setIsGuideOpen] = useState(false);
  const connection = useLive("connection");
  const { device, plotted } = view;
  const opened = device === undefined ? undefined : devices.get(device);
  const known = opened !== undefined;
  useTitle(opened && titleOf(opened));

  // A link without a device, or with one that is gone, shows the first.
  useEffect(() => {
    if (known) live.open(device);
    else changeView({ device: orderDevices(devices.values())[0]?.id });
  }, [live, known, device, devices, changeView]);

  const togglePlot = useCallback(
    (name: string) => changeView({ plotted: togglePlotted(plotted, name) }),
    [plotted, changeView],
  );
  const open = (next: string): void => {
    if (next !== device) changeView({ device: next, plotted: [] });
    setPane("variables");
  };

  return (
    <div className={styles.device} data-pane={pane} data-connection={connection}>
      <div className={styles.devices} data-name="devices">
        <ErrorBoundary what="The list of devices">
          <DeviceList view={{ ...view, plotted: [] }} onOpen={open} onConnect={() => setIsGuideOpen(true)} />
        </ErrorBoundary>
      </div>
      {opened && (
        <OpenDevice
          key={opened.id}
          device={opened.id}
          view={view}
          changeView={changeView}
          onTogglePlot={togglePlot}
        />
      )}
      <div className={styles.panes}>
        <Segments
          label="Show"
          options={PANES.map((value) => ({ value, text: value.charAt(0).toUpperCase() + value.slice(1) }))}
          value={pane}
          onChange={setPane}
        />
      </div>
      {isGuideOpen && (
        <Dialog title="Connect a device" onClose={() => setIsGuideOpen(false)}>
          <ConnectGuide />
        </Dialog>
      )}
    </div>
  );
}

interface OpenProps {
  readonly device: string;
  readonly view: View;
  readonly changeView: ChangeView;
  readonly onTogglePlot: (name: string) => void;
}

function OpenDevice({ device, view, changeView, onTogglePlot }: OpenProps) {
  const filterField = useRef<HTMLInputElement>(null);
  const table = useRef<HTMLTableElement>(null);
  useShortcut("/", () => filterField.current?.focus());
  useShortcut("e", () => focusEditor(table.current));
  return (
    <>
      <main className={styles.variables} data-name="variables">
        <ErrorBoundary what="The table of variables">
          <VariablePanel
            view={view}
            device={device}
            filterField={filterField}
            table={table}
            onFilter={(filter) => changeView({ filter })}
            onTogglePlot={onTogglePlot}
          />
        </ErrorBoundary>
      </main>
      <div className={styles.plot} data-name="plot">
        <ErrorBoundary what="The plot">
          <PlotPanel
            view={view}
            device={device}
            onWindow={(windowMin) => changeView({ windowMin })}
            onTogglePlot={onTogglePlot}
          />
        </ErrorBoundary>
      </div>
      <div className={styles.log} data-name="log">
        <ErrorBoundary what="The log">
          <LogPanel view={view} device={device} onFilter={changeView} />
        </ErrorBoundary>
      </div>
    </>
  );
}

/** The editor in the row that has the focus, else the first one listed. */
function focusEditor(table: HTMLTableElement | null): void {
  const row = document.activeElement?.closest("[data-variable]");
  const field =
    row?.querySelector<HTMLElement>("[data-main-field]") ??
    table?.querySelector<HTMLElement>("[data-main-field]");
  field?.focus();
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.select();
}
