/** The names that the sources give to options, events, codes and verbs: read from their text, so that no list is kept twice. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../src/", import.meta.url));
const texts: ReadonlyMap<string, string> = new Map(
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => [file, readFileSync(join(folder, file), "utf8")]),
);

/** In which source each export of the package stands: two of a name may be there, of which one is internal. */
const sourceOf: ReadonlyMap<string, string> = new Map(
  ["index.ts", "socket.ts", "simulation.ts"].flatMap((entry) =>
    Array.from(
      textOf(entry).matchAll(/^export \{([^}]+)\} from "\.\/([^"]+)";/gm),
      ([, list = "", file = ""]) =>
        Array.from(list.matchAll(/(?:type )?(\w+),?/g), ([, name = ""]) => [name, file] as const),
    ).flat(),
  ),
);

export interface Member {
  readonly name: string;
  /** What stands above it. */
  readonly doc: string;
}

/** Members of an interface or a class but for what isn't public, calls of a protocol, or the texts that a union is made of. */
export function membersOf(type: string): readonly Member[] {
  const declaration = declarationOf(type);
  if (declaration === undefined) throw new Error(`expected the sources to export ${type}`);
  const { kind, body } = declaration;
  if (kind === "type") return textsOf(body);
  const isProtocol = /^ {2}calls: \{$/m.test(body);
  return fieldsOf(body, isProtocol ? "    " : "  ");
}

export function namesOf(type: string): readonly string[] {
  return [...new Set(membersOf(type).map(({ name }) => name))];
}

/** What the package gives to the outside. */
export function exported(): readonly string[] {
  return [...sourceOf.keys()];
}

/** The types and classes among it. */
export function exportedTypes(): readonly string[] {
  return exported().filter((name) => declarationOf(name) !== undefined);
}

export interface NetEventShape {
  readonly type: string;
  readonly fields: readonly string[];
  /** The level it is logged at. */
  readonly level: string;
}

export function eventShapes(): readonly NetEventShape[] {
  const levels = new Map(
    Array.from(textOf("observers/log.ts").matchAll(/^ {2}"(net:\w+)": "(\w+)",$/gm), ([, type, level]) => [
      type,
      level ?? "",
    ]),
  );
  const events = textOf("events.ts").matchAll(/readonly type: "(net:\w+)";?([^}]*)\}/g);
  return Array.from(events, ([, type = "", rest = ""]) => ({
    type,
    fields: Array.from(rest.matchAll(/readonly (\w+):/g), ([, field = ""]) => field),
    level: levels.get(type) ?? "",
  }));
}

/** What Prometheus is given, with the field of the snapshot that each is made of. */
export function metrics(): readonly { readonly name: string; readonly field: string }[] {
  const found = textOf("observers/metrics.ts").matchAll(/"(net_\w+)",[^[\]]*?\bcounts\.(\w+)/g);
  return Array.from(found, ([, name = "", field = ""]) => ({ name, field }));
}

/** Codes of the classes of errors that have one each. */
export function singleCodes(): readonly { readonly type: string; readonly code: string }[] {
  const classes = textOf("errors.ts").matchAll(
    /export class (\w+) extends Error \{[^}]*?readonly code = "(\w+)";/g,
  );
  return Array.from(classes, ([, type = "", code = ""]) => ({ type, code }));
}

function textOf(file: string): string {
  const text = texts.get(file);
  if (text === undefined) throw new Error(`expected a source at ${file}`);
  return text;
}

interface Declaration {
  readonly kind: "interface" | "class" | "type";
  readonly body: string;
}

function declarationOf(type: string): Declaration | undefined {
  const pattern = new RegExp(
    `^export (?:(interface|class) ${type}\\b[^{]*(?:\\{\\}[^{]*)?\\{\\n(.*?)^\\}|type ${type}\\b[^=]*=(.*?);\\n(?=\\n|$))`,
    "ms",
  );
  const from = sourceOf.get(type);
  for (const text of from === undefined ? texts.values() : [textOf(from)]) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const [, kind, body, union = ""] = found;
    return kind === undefined
      ? { kind: "type", body: union }
      : { kind: kind as "interface" | "class", body: body ?? "" };
  }
  return undefined;
}

const FIELD =
  /^(?: *\/\*\*(?<doc>(?:(?!\*\/).)*)\*\/\n)?(?<indent> +)(?:readonly |get |async )*(?<name>[a-z]\w*)\??(?:<[^(\n]*>)?[:(]/gms;

function fieldsOf(body: string, indent: string): readonly Member[] {
  return Array.from(body.matchAll(FIELD), ({ groups = {} }) => ({
    name: groups["name"] ?? "",
    doc: groups["doc"] ?? "",
    indent: groups["indent"],
  }))
    .filter(
      (field) => field.indent === indent && field.name !== "constructor" && !field.doc.includes("@internal"),
    )
    .map(({ name, doc }) => ({ name, doc }));
}

/** The texts of a union; of a union of objects what tells them apart; and those of unions it is made of. */
function textsOf(union: string): readonly Member[] {
  const code = union.replaceAll(/\/\*\*.*?\*\//gs, "");
  const told = Array.from(code.matchAll(/readonly (?:type|code): "([\w:]+)"/g), ([, name = ""]) => name);
  const own =
    told.length > 0 ? told : Array.from(code.matchAll(/(?<!: )"([\w:]+)"/g), ([, name = ""]) => name);
  const others = Array.from(code.matchAll(/\| ([A-Z]\w+)/g), ([, name = ""]) => name);
  const theirs = others.flatMap((name) => unionOf(name));
  return [...own.map((name) => ({ name, doc: "" })), ...theirs];
}

/** A union, or an object with a type, that another union is made of. */
function unionOf(type: string): readonly Member[] {
  const declaration = declarationOf(type);
  if (declaration === undefined) return [];
  if (declaration.kind === "type") return textsOf(declaration.body);
  const told = /readonly type: "([\w:]+)"/.exec(declaration.body)?.[1];
  return told === undefined ? [] : [{ name: told, doc: "" }];
}
