/** `wheelhouse set`: changes variables of a device, or of all with a tag, and says what became of it. */

import type { Command } from "commander";
import type { Device, Variable } from "@wheelhouse/api";
import type { JsonValue } from "@wheelhouse/protocol";
import { connectToProject, type ProjectConnection, type SharedOptions } from "../connection.ts";
import { findDevice } from "../device.ts";
import { CommandError, wrongUsage } from "../errors.ts";
import { readAssignment, readValue, type Assignment } from "../values.ts";
import { printResults, type Refused, type WriteResult } from "../write-listing.ts";
import { waitOption, type AddCommand } from "./command.ts";

interface Options extends SharedOptions {
  readonly wait: number;
  readonly tag?: string;
}

export const set: AddCommand = (program, terminal) => {
  program
    .command("set")
    .description("change variables; exit code 0 when all were applied")
    .usage("DEVICE NAME=VALUE… [options]\n       wheelhouse set --tag TAG NAME=VALUE… [options]")
    .argument("<device|assignments...>")
    .option("--tag <tag>", "all devices with that tag, instead of one")
    .addOption(waitOption())
    .action(async (words: readonly string[], _: object, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { device, assignments } = readWords(words, options.tag);
      const connection = await connectToProject(terminal, options);
      const results =
        device === undefined
          ? await changeTagged(connection, options, assignments)
          : await changeOne(connection, options, device, assignments);
      await printResults(terminal, options.json === true, results);
    });
};

function readWords(words: readonly string[], tag: string | undefined) {
  const [device = "", ...rest] = tag === undefined ? words : ["", ...words];
  if (tag === undefined && (device.includes("=") || rest.length === 0))
    throw wrongUsage(`expected DEVICE NAME=VALUE…, or --tag TAG NAME=VALUE…, got: ${words.join(" ")}`);
  return { device: tag === undefined ? device : undefined, assignments: rest.map(readAssignment) };
}

async function changeOne(
  connection: ProjectConnection,
  { wait }: Options,
  wanted: string,
  assignments: readonly Assignment[],
): Promise<readonly (WriteResult | Refused)[]> {
  const { api, project } = connection;
  const device = await findDevice(connection, wanted);
  const params = { project: project.id, device: device.id };
  const { variables } = await api.call("variables", { params });
  const values = readValues(assignments, (name) => expectVariable(variables, name, device.id));
  const { writes } = await api.call("changeVariables", { params, query: { waitMs: wait }, body: { values } });
  return writes.map((write) => ({ ...write, device: device.id }));
}

async function changeTagged(
  connection: ProjectConnection,
  { wait, tag = "" }: Options,
  assignments: readonly Assignment[],
): Promise<readonly (WriteResult | Refused)[]> {
  const { api, project } = connection;
  const params = { project: project.id };
  const tagged = (await api.call("devices", { params })).devices.filter(({ tags }) => tags.includes(tag));
  const values = readValues(assignments, await findKinds(connection, tagged, tag, assignments));
  const body = { tag, values };
  const { results } = await api.call("changeMany", { params, query: { waitMs: wait }, body });
  return results.flatMap((result): readonly (WriteResult | Refused)[] =>
    "error" in result
      ? [{ device: result.device, error: result.error.message }]
      : result.writes.map((write) => ({ ...write, device: result.device })),
  );
}

/** A value is read as the first device with such a variable has it; the server checks it against each. */
async function findKinds(
  { api, project }: ProjectConnection,
  devices: readonly Device[],
  tag: string,
  assignments: readonly Assignment[],
): Promise<(name: string) => Variable> {
  if (devices.length === 0) throw new CommandError(`no device in ${project.name} has the tag ${tag}`);
  const known = new Map<string, Variable>();
  for (const { id } of devices) {
    if (assignments.every(({ name }) => known.has(name))) break;
    const { variables } = await api.call("variables", { params: { project: project.id, device: id } });
    for (const variable of variables) if (!known.has(variable.name)) known.set(variable.name, variable);
  }
  return (name) => expectVariable([...known.values()], name, `no device with the tag ${tag}`);
}

function readValues(
  assignments: readonly Assignment[],
  find: (name: string) => Variable,
): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(assignments.map(({ name, text }) => [name, readValue(find(name), text)]));
}

function expectVariable(variables: readonly Variable[], name: string, where: string): Variable {
  const variable = variables.find((each) => each.name === name);
  if (variable !== undefined) return variable;
  throw new CommandError(
    where.startsWith("no ") ? `${where} has a variable ${name}` : `${where} has no variable ${name}`,
  );
}
