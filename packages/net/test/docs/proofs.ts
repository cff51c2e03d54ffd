/** What the semantics name as proofs, and the tests of this package with the behaviours they say they prove. */

import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const folder = fileURLToPath(new URL("../", import.meta.url));

export interface Proof {
  /** The number of the behaviour, in the first cell of its row; elsewhere something else. */
  readonly row: string;
  /** As linked from the page. */
  readonly file: string;
  readonly name: string;
}

/** In a line: `[file](path) “name”, “name”; [file](path) “name”`. */
export function readProofs(page: string): readonly Proof[] {
  return page.split("\n").flatMap((line) => {
    const row = /^\| *(\S*)/.exec(line)?.[1] ?? "";
    const files = line.matchAll(/\]\(([^)]+\.test\.ts)\) (“[^”]+”(?:, “[^”]+”)*)/g);
    return Array.from(files, ([, file = "", names = ""]) =>
      Array.from(names.matchAll(/“([^”]+)”/g), ([, name = ""]) => ({ row, file, name })),
    ).flat();
  });
}

export interface NamedTest {
  /** Its group's name and its own, without behaviours, and with … for what is filled in. */
  readonly name: string;
  readonly behaviours: readonly number[];
}

/** By file, as the page links to it. */
export async function readTests(): Promise<ReadonlyMap<string, readonly NamedTest[]>> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".test.ts"));
  const entries = files.map(async (file): Promise<readonly [string, readonly NamedTest[]]> => {
    const source = await readFile(join(folder, file), "utf8");
    return [`../packages/net/test/${file}`, toTests(source)];
  });
  return new Map(await Promise.all(entries));
}

function toTests(source: string): readonly NamedTest[] {
  const titles = source.matchAll(
    /^( *)(describe|test|it|\])(?:.*?)\(\s*"((?:[^"\\]|\\.)*)",\s*(?:async )?\(/gm,
  );
  let group = "";
  const tests: NamedTest[] = [];
  for (const [, indent, verb, quoted = ""] of titles) {
    const title = quoted.replaceAll(/\\(.)/g, "$1");
    if (verb === "describe") group = title;
    else tests.push(toTest(indent === "" ? "" : group, title));
  }
  return tests;
}

function toTest(group: string, own: string): NamedTest {
  const name = [group, own]
    .filter((part) => part !== "")
    .map((part) =>
      part
        .replace(BEFORE, "")
        .replaceAll(BEHIND, "")
        .replaceAll(/%[dijos]|\$\w+/g, "…"),
    )
    .join(" ");
  return { name, behaviours: behavioursOf(group, own) };
}

/** `44, 45: once gives one packet` */
const BEFORE = /^[\d, ]+: /;
/** `callbacks (behaviours 43, 48)` */
const BEHIND = / \(behaviours? ([\d, ]+)\)/g;

export function behavioursOf(group: string, own: string): readonly number[] {
  const before = BEFORE.exec(own)?.[0] ?? "";
  const behind = Array.from(`${own}${group}`.matchAll(BEHIND), ([, numbers = ""]) => numbers);
  return Array.from([before, ...behind].join(" ").matchAll(/\d+/g), ([number]) => Number(number));
}
