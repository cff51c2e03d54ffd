/** In which order devices are listed: those that are here first, then by the name a person reads. Pure. */

import type { Device } from "@wheelhouse/api";

export function titleOf(device: Device): string {
  return device.name ?? device.id;
}

export function orderDevices(devices: Iterable<Device>): readonly Device[] {
  return [...devices].sort(
    (left, right) =>
      Number(right.online) - Number(left.online) ||
      titleOf(left).localeCompare(titleOf(right), undefined, { numeric: true }),
  );
}
