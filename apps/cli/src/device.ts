/** The device that a command names: by its id, or by the name that people know it by. */

import { ApiError, type Device } from "@wheelhouse/api";
import { isDeviceId } from "@wheelhouse/protocol";
import type { ProjectConnection } from "./connection.ts";
import { CommandError } from "./errors.ts";

export async function findDevice({ api, project }: ProjectConnection, wanted: string): Promise<Device> {
  const params = { project: project.id };
  if (isDeviceId(wanted)) {
    const found = await api
      .call("device", { params: { ...params, device: wanted } })
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.code === "not_found") return undefined;
        throw error;
      });
    if (found !== undefined) return found;
  }
  const { devices } = await api.call("devices", { params });
  return nameDevice(wanted, devices, project.name);
}

/** The id of the one that is named; `undefined` where none is. */
export async function findDeviceId(
  connection: ProjectConnection,
  wanted: string | undefined,
): Promise<string | undefined> {
  return wanted === undefined ? undefined : (await findDevice(connection, wanted)).id;
}

function nameDevice(wanted: string, devices: readonly Device[], project: string): Device {
  const [found, another] = devices.filter(({ name }) => name === wanted);
  if (found === undefined) throw new CommandError(`there is no device ${wanted} in ${project}`);
  if (another === undefined) return found;
  const ids = devices.filter(({ name }) => name === wanted).map(({ id }) => id);
  throw new CommandError(`several devices are called ${wanted}; say which: ${ids.join(", ")}`);
}
