/** The project's devices, one row each. */

import type { Device } from "@wheelhouse/api";
import { Plus } from "lucide-react";
import type { MouseEvent } from "react";
import { useLive } from "../live/live-context.tsx";
import { Button } from "../shell/button.tsx";
import { classNames } from "../shell/class-names.ts";
import { Panel } from "../shell/panel.tsx";
import { formatView, type View } from "../shell/view.ts";
import { formatAge } from "./age.ts";
import styles from "./device-list.module.css";
import { orderDevices, titlesIn } from "./device-order.ts";
import { useNow } from "./use-now.ts";

interface Props {
  readonly view: View;
  readonly onOpen: (device: string) => void;
  readonly onConnect: () => void;
}

export function DeviceList({ view, onOpen, onConnect }: Props) {
  const devices = orderDevices(useLive("devices")?.values() ?? []);
  const now = useNow();
  const titles = titlesIn(devices);
  const online = devices.filter((device) => device.online).length;
  return (
    <Panel
      title="Devices"
      note={`${online} of ${devices.length} online`}
      tools={
        <Button look="icon" onClick={onConnect} aria-label="Connect a device" title="Connect a device">
          <Plus size={15} />
        </Button>
      }
    >
      <nav aria-label="Devices">
        <ul className={styles.list}>
          {devices.map((device) => (
            <li key={device.id}>
              <DeviceLink
                device={device}
                title={titles.get(device.id) ?? device.id}
                now={now}
                isOpen={device.id === view.device}
                address={formatView({ ...view, device: device.id }) || "/"}
                onOpen={onOpen}
              />
            </li>
          ))}
        </ul>
      </nav>
    </Panel>
  );
}

interface LinkProps {
  readonly device: Device;
  readonly title: string;
  readonly now: number;
  readonly isOpen: boolean;
  readonly address: string;
  readonly onOpen: (device: string) => void;
}

function DeviceLink({ device, title, now, isOpen, address, onOpen }: LinkProps) {
  // Left to the browser where a new tab is asked for.
  const open = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(device.id);
  };
  const build = [device.app, device.build].filter((part) => part !== null).join(" ");
  const presence = device.online ? "online" : formatAge(device.lastSeen, now);
  return (
    <a
      className={styles.device}
      href={address}
      onClick={open}
      aria-current={isOpen ? "page" : undefined}
      aria-label={`${title}, ${presence}`}
      title={device.id}
    >
      <span className={classNames(styles.dot, device.online && styles.online)} />
      <span className={styles.title}>{title}</span>
      <span className={styles.age}>{presence}</span>
      <span className={styles.detail}>
        {build !== "" && <span className={styles.build}>{build}</span>}
        {device.tags.map((tag) => (
          <span key={tag} className={styles.tag}>
            {tag}
          </span>
        ))}
      </span>
    </a>
  );
}
