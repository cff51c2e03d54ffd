/** What devices are called, and in which order they are listed: those that are here first, then by the name a person reads. Pure. */

import type { Device } from "@wheelhouse/api";

export function titleOf(device: Device): string {
  return device.name ?? device.id;
}

/** What each device is called in a list, by id: those that share a name are told apart by their ids. */
export function titlesIn(devices: readonly Device[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const device of devices) counts.set(titleOf(device), (counts.get(titleOf(device)) ?? 0) + 1);
  return new Map(
    devices.map((device) => {
      const title = titleOf(device);
      const isClear = counts.get(title) === 1 || title === device.id;
      return [device.id, isClear ? title : `${title} (${device.id})`];
    }),
  );
}

export function orderDevices(devices: Iterable<Device>): readonly Device[] {
  return [...devices].sort(
    (left, right) =>
      Number(right.online) - Number(left.online) ||
      titleOf(left).localeCompare(titleOf(right), undefined, { numeric: true }),
  );
}
