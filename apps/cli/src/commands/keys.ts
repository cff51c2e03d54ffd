/** `wheelhouse keys`: what devices log in with. */

import type { Command } from "commander";
import type { DeviceKey } from "@wheelhouse/api";
import { connectToProject, type SharedOptions } from "../connection.ts";
import { printMade, printRows, showTime, type Listing } from "../output.ts";
import { type AddCommand } from "./command.ts";

/** So much of a key tells it from others and opens nothing. */
const SHOWN_LENGTH = 4;

function toListing(isWhole: boolean): Listing<DeviceKey> {
  const show = ({ key }: DeviceKey): string => (isWhole ? key : `${key.slice(0, SHOWN_LENGTH)}…`);
  return {
    empty: "no device keys: make one with `wheelhouse keys create NAME`",
    columns: [
      { title: "id", cell: ({ id }) => id },
      { title: "name", cell: ({ name }) => name, style: () => "bold" },
      { title: "key", cell: show },
      { title: "made", cell: ({ createdAt }, view) => showTime(createdAt, view), style: () => "dim" },
      {
        title: "revoked",
        cell: ({ revokedAt }, view) => showTime(revokedAt, view),
        style: () => "red",
      },
    ],
    toJson: (key) => ({ ...key, key: show(key) }),
  };
}

export const keys: AddCommand = (program, terminal) => {
  const list = program
    .command("keys")
    .description("list device keys, make one, or revoke one")
    .option("--show", "the whole keys, not only how they begin")
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions & { readonly show?: boolean }>();
      const { api, project } = await connectToProject(terminal, options);
      const { deviceKeys } = await api.call("deviceKeys", { params: { project: project.id } });
      await printRows(terminal, options.json === true, deviceKeys, toListing(options.show === true));
    });

  list
    .command("create")
    .description("make a device key, and print it")
    .argument("<name>", "what it is for")
    .action(async (name: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const { api, project } = await connectToProject(terminal, options);
      const made = await api.call("createDeviceKey", { params: { project: project.id }, body: { name } });
      return printMade(terminal, options.json === true, made, made.key);
    });

  list
    .command("revoke")
    .description("revoke a device key: its devices are sent away")
    .argument("<id>", "its id in the list")
    .action(async (id: string, _: object, command: Command) => {
      const { api, project } = await connectToProject(terminal, command.optsWithGlobals<SharedOptions>());
      await api.call("revokeDeviceKey", { params: { project: project.id, id } });
      terminal.say(`revoked ${id}`);
    });
};
