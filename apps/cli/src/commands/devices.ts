/** `wheelhouse devices`: a project's devices, which are there, and what people call them. */

import type { Command } from "commander";
import type { Device } from "@wheelhouse/api";
import { connectToProject, type SharedOptions } from "../connection.ts";
import { findDevice } from "../device.ts";
import { wrongUsage } from "../errors.ts";
import { printLine, printRows, showAge, type Listing } from "../output.ts";
import { type AddCommand } from "./command.ts";

const LISTING: Listing<Device> = {
  empty: "no devices",
  columns: [
    {
      title: "",
      cell: ({ online }, { isTerminal }) => toPresence(online, isTerminal),
      style: ({ online }) => (online ? "green" : "dim"),
    },
    { title: "device", cell: ({ id }) => id, style: () => "bold" },
    { title: "name", cell: ({ name }) => name ?? "" },
    { title: "app", cell: ({ app }) => app ?? "" },
    { title: "build", cell: ({ build }) => build ?? "" },
    { title: "tags", cell: ({ tags }) => tags.join(", ") },
    { title: "seen", cell: ({ lastSeen }, view) => showAge(lastSeen, view), style: () => "dim" },
  ],
};

interface DescribeOptions extends SharedOptions {
  readonly name?: string;
  readonly tags?: string;
}

interface Options extends SharedOptions {
  readonly online?: boolean;
  readonly tag?: string;
}

export const devices: AddCommand = (program, terminal) => {
  const list = program
    .command("devices")
    .description("list a project's devices, or describe one")
    .option("--online", "only those that are connected")
    .option("--tag <tag>", "only those with that tag")
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { api, project } = await connectToProject(terminal, options);
      const answer = await api.call("devices", { params: { project: project.id } });
      const shown = answer.devices.filter((device) => fits(device, options));
      await printRows(terminal, options.json === true, shown, LISTING);
    });

  list
    .command("describe")
    .description("give a device a name or tags; an empty one is the device's own again")
    .argument("<device>", "its id or name")
    .option("--name <name>", "what people call it")
    .option("--tags <tags>", "in place of those it has, separated by commas")
    .action(async (wanted: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<DescribeOptions>();
      const { name, tags } = options;
      if (name === undefined && tags === undefined) throw wrongUsage("expected --name or --tags");
      const connection = await connectToProject(terminal, options);
      const { id } = await findDevice(connection, wanted);
      const changed = await connection.api.call("changeDevice", {
        params: { project: connection.project.id, device: id },
        body: {
          ...(name === undefined ? {} : { name: name === "" ? null : name }),
          ...(tags === undefined ? {} : { tags: tags === "" ? null : tags.split(",") }),
        },
      });
      await printLine(terminal, options.json === true, changed, LISTING);
    });
};

function fits({ online, tags }: Device, options: Options): boolean {
  return (options.online !== true || online) && (options.tag === undefined || tags.includes(options.tag));
}

function toPresence(online: boolean, isTerminal: boolean): string {
  if (!isTerminal) return online ? "online" : "away";
  return online ? "●" : "○";
}
