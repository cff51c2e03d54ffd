/** `wheelhouse watch`: a device's values as they change. */

import type { Command } from "commander";
import type { LiveMessage, Snapshot, Variable } from "@wheelhouse/api";
import type { JsonValue, KindName } from "@wheelhouse/protocol";
import { connectToProject, type SharedOptions } from "../connection.ts";
import { findDevice } from "../device.ts";
import { CommandError } from "../errors.ts";
import { follow } from "../live.ts";
import { toMatcher } from "../names.ts";
import { printLine, showTime, type Column } from "../output.ts";
import { showValueOf } from "../values.ts";
import { countOption, type AddCommand } from "./command.ts";

interface Change {
  readonly device: string;
  readonly name: string;
  readonly at: number;
  readonly value: JsonValue;
  readonly kind: KindName;
}

const COLUMNS: readonly Column<Change>[] = [
  { title: "time", cell: ({ at }, view) => showTime(at, view), style: () => "dim" },
  { title: "name", cell: ({ name }) => name, style: () => "bold" },
  { title: "value", cell: ({ kind, value }) => showValueOf(kind, value) },
];

export const watch: AddCommand = (program, terminal) => {
  program
    .command("watch")
    .description("print a device's values as they change")
    .argument("<device>", "its id or name")
    .argument("[names...]", "only those variables; * stands for anything")
    .addOption(countOption("--count <count>", "end after so many lines", 1, 1_000_000_000))
    .action(async (wanted: string, names: readonly string[], _: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions & { readonly count?: number }>();
      const connection = await connectToProject(terminal, options);
      const { id: device } = await findDevice(connection, wanted);
      const news = createNews(device, toMatcher(names));
      let left = options.count ?? Infinity;
      for await (const message of follow(terminal, connection, { device, topics: ["variables"] })) {
        if (message.type === "snapshot" && names.length > 0) expectOne(message, device, names);
        for (const change of news(message)) {
          await printLine(terminal, options.json === true, change, { columns: COLUMNS, toJson });
          left -= 1;
          if (left === 0) return;
        }
      }
    });
};

/** What isn't there yet may come, but a name with a slip in it never does. */
function expectOne({ variables }: Snapshot, device: string, names: readonly string[]): void {
  const isWanted = toMatcher(names);
  if (variables?.[device]?.some(({ name }) => isWanted(name)) === true) return;
  throw new CommandError(`${device} has no variable ${names.join(", ")}`);
}

function toJson({ device, name, at, value }: Change): object {
  return { device, name, at, value };
}

/** What is new in each message: a snapshot after a reconnect says again what is known. */
function createNews(device: string, isWanted: (name: string) => boolean) {
  const kinds = new Map<string, KindName>();
  const known = new Map<string, number>();

  function isNew(name: string, at: number): boolean {
    if (!isWanted(name) || known.get(name) === at) return false;
    known.set(name, at);
    return true;
  }

  function declare(variables: readonly Variable[] | undefined): readonly Change[] {
    return (variables ?? []).flatMap(({ name, kind, reported }) => {
      kinds.set(name, kind);
      if (reported === null || !isNew(name, reported.at)) return [];
      return [{ device, name, kind, ...reported }];
    });
  }

  return (message: LiveMessage): readonly Change[] => {
    if (message.type !== "snapshot" && message.type !== "changes") return [];
    const declared = declare(message.variables?.[device]);
    const values = message.type === "changes" ? (message.values?.[device] ?? {}) : {};
    const reported = Object.entries(values).flatMap(([name, [at, value]]) =>
      isNew(name, at) ? [{ device, name, kind: kinds.get(name) ?? "json", at, value }] : [],
    );
    return [...declared, ...reported];
  };
}
