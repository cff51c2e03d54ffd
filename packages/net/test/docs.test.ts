/** This package's pages: their programs run, the reference names what there is, and the semantics name their proofs. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as net from "@wheelhouse/net";
import * as simulation from "@wheelhouse/net/simulation";
import * as socket from "@wheelhouse/net/socket";
import {
  compileIn,
  makeFolder,
  removeFolder,
  root,
  runIn,
  toPrograms,
} from "../../../scripts/docs/programs.ts";
import { behavioursOf, readProofs, readTests } from "./docs/proofs.ts";
import {
  eventShapes,
  exported,
  exportedTypes,
  membersOf,
  metrics,
  namesOf,
  singleCodes,
} from "./docs/source.ts";
import { rowsBelow, tablesOf } from "./docs/tables.ts";

const GUIDES = [
  "guides/tcp-server-in-five-minutes",
  "guides/draining-and-deploying",
  "guides/from-ranch-or-thousand-island",
  "net-reference",
];
const PAGES = [...GUIDES, "decisions/0016-packets-in-bursts", "architecture", "semantics"];

const readPage = (page: string) => readFile(join(root, `docs/${page}.md`), "utf8");

/** What some programs read: a certificate, its key and who vouches for it. */
const certificate = (name: string) => fileURLToPath(new URL(`./certificates/${name}`, import.meta.url));
const FILES = {
  "cert.pem": certificate("localhost.pem"),
  "key.pem": certificate("localhost.key"),
  "ca.pem": certificate("authority.pem"),
};

describe.each(GUIDES)("docs/%s.md", async (page) => {
  const programs = toPrograms(await readPage(page));

  it("shows programs that all print something", () => {
    expect(programs.length).toBeGreaterThan(1);
    expect(programs.filter(({ prints }) => prints.length === 0)).toEqual([]);
  });

  it.concurrent.each(programs)("has a program that prints what it says: line $line", async (program) => {
    const folder = await makeFolder(FILES);
    try {
      const { lines, errors } = await runIn(folder, program);
      expect(lines).toEqual(program.prints);
      expect(errors).toBe("");
    } finally {
      await removeFolder(folder);
    }
  });

  it.concurrent("has programs that compile", async () => {
    const folder = await makeFolder();
    try {
      expect(await compileIn(folder, programs)).toBe("");
    } finally {
      await removeFolder(folder);
    }
  });
});

it.each(PAGES)("docs/%s.md links to what is there", async (page) => {
  const file = join(root, `docs/${page}.md`);
  const links = Array.from((await readPage(page)).matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g), (found) => ({
    file: found[1] === "" ? file : join(dirname(file), found[1] ?? ""),
    heading: found[2],
  }));
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((link) => !existsSync(link.file))).toEqual([]);
  for (const { file: target, heading } of links)
    if (heading !== undefined) expect(toAnchors(await readFile(target, "utf8"))).toContain(heading);
});

/** As GitHub makes them of headings. */
function toAnchors(page: string): readonly string[] {
  return Array.from(page.matchAll(/^#+ (.*)$/gm), ([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

describe("the reference", async () => {
  const page = await readPage("net-reference");
  const tables = tablesOf(page);

  it.each(tables)("has all of $type, and nothing else", ({ type, rows }) => {
    expect(rows.flatMap(({ names }) => names).toSorted()).toEqual(namesOf(type).toSorted());
  });

  it("has a table of each option, outcome, code and figure", () => {
    const isListed =
      /(Options|Settings|Changes|Code|Reason|Kind|Status|Result|Info|Stats|Snapshot|Protocol|Context)$/;
    const wanted = exportedTypes().filter((type) => isListed.test(type) && namesOf(type).length > 0);
    const written = new Set(tables.map(({ type }) => type));
    expect(wanted.length).toBeGreaterThan(30);
    expect(wanted.filter((type) => !written.has(type) && !CALL_CONTEXTS.has(type))).toEqual([]);
  });

  it("says what each option's default is, where the sources do", () => {
    const rows = tables.flatMap(({ type, rows: own }) =>
      membersOf(type).flatMap(({ name, doc }) => {
        const [, constant] = /Default: (?:\{@link |`)([A-Z][A-Z_]+)/.exec(doc) ?? [];
        const row = own.find(({ names }) => names.includes(name))?.text ?? "";
        return constant === undefined ? [] : [{ name, constant, row }];
      }),
    );
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ constant, row }) => !row.includes(`(\`${constant}\`)`))).toEqual([]);
  });

  it("says what each constant is", () => {
    const constants = Object.entries({ ...net, ...socket, ...simulation }).filter(
      ([name, value]) => /^[A-Z_]+$/.test(name) && typeof value !== "symbol",
    );
    expect(constants.length).toBeGreaterThan(15);
    const missing = constants.filter(([name, value]) => !page.includes(`${toText(value)} (\`${name}\`)`));
    expect(missing).toEqual([]);
    const told = Array.from(page.matchAll(/\(`([A-Z][A-Z_]+)`\)/g), ([, name = ""]) => name);
    expect(told.filter((name) => !constants.some(([constant]) => constant === name))).toEqual([]);
  });

  it("has every event, with its fields and its level in the log", () => {
    const rows = rowsBelow(page, "| event | fields |");
    const written = rows.map(([type = "", fields = "", , level = ""]) => ({
      type: unquoted(type).join(),
      fields: unquoted(fields),
      level: unquoted(level).join(),
    }));
    const byType = (events: typeof written) => events.toSorted((a, b) => a.type.localeCompare(b.type));
    expect(byType(written)).toEqual(
      byType([...eventShapes()].map((shape) => ({ ...shape, fields: [...shape.fields] }))),
    );
    expect(
      eventShapes()
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual(namesOf("NetEvent").toSorted());
  });

  it("has every metric, with what it is made of", () => {
    const rows = rowsBelow(page, "| in the snapshot | for Prometheus |");
    const written = rows.map(([field = "", name = ""]) => ({
      name: unquoted(name).join(),
      field: unquoted(field).join(),
    }));
    expect(written).toEqual(metrics());
    expect(written.map(({ field }) => field).toSorted()).toEqual(namesOf("NetMetricsSnapshot").toSorted());
  });

  it("has every class of errors, and the code of those that have one", () => {
    const rows = rowsBelow(page, "| class | code |");
    const written = rows.map(([type = "", code = ""]) => ({
      type: unquoted(type).join(),
      code: unquoted(code).join(),
    }));
    expect(written).toEqual(singleCodes());
  });

  it("has every verb of sockets", () => {
    const rows = rowsBelow(page, "| verb | follows |");
    const verbs = Object.entries(socket)
      .filter(([, value]) => typeof value === "function" && !String(value).startsWith("class"))
      .map(([name]) => name);
    const written = rows.map(([verb = ""]) => /^`(\w+)\(/.exec(verb)?.[1] ?? verb);
    expect(written.toSorted()).toEqual(verbs.toSorted());
  });

  it("names whatever the package exports", () => {
    const named = new Set(Array.from(page.matchAll(/\b[A-Za-z_]+\b/g), ([word]) => word));
    expect(exported().length).toBeGreaterThan(100);
    expect(exported().filter((name) => !named.has(name))).toEqual([]);
  });
});

/** Described by what they are contexts of. */
const CALL_CONTEXTS = new Set(["ConnectionCallContext"]);

/** As the page writes it. */
function toText(value: unknown): string {
  if (typeof value === "number")
    return Number.isFinite(value) ? value.toLocaleString("en-US") : `\`${value}\``;
  return `\`${JSON.stringify(value)}\``;
}

/** What stands between backquotes. */
function unquoted(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, text = ""]) => text);
}

describe("the semantics", async () => {
  const tests = await readTests();
  const proofs = readProofs(await readPage("semantics")).filter(({ file }) => tests.has(file));

  it.each(Array.from({ length: 28 }, (_, place) => 31 + place))(
    "prove behaviour %i by tests that are there, one of which is named after it",
    (behaviour) => {
      const own = proofs.filter(({ row }) => row === String(behaviour));
      const proving = own.flatMap(
        ({ file, name }) => tests.get(file)?.filter((test) => test.name === name) ?? [],
      );
      expect(own.filter(({ file, name }) => !tests.get(file)?.some((test) => test.name === name))).toEqual(
        [],
      );
      expect(proving.flatMap(({ behaviours }) => behaviours)).toContain(behaviour);
    },
  );

  it("name only tests that are there", () => {
    expect(proofs.length).toBeGreaterThan(60);
    expect(proofs.filter(({ file, name }) => !tests.get(file)?.some((test) => test.name === name))).toEqual(
      [],
    );
  });
});

describe("how the pages are read", () => {
  it("a table has the names of its first column", () => {
    const page =
      "<!-- all of: Thing -->\n\n| thing | is |\n| --- | --- |\n| `a(b)`, `c` | `d` |\n| `e` | |\n\n| `f` |\n";
    expect(tablesOf(page)).toEqual([
      {
        type: "Thing",
        rows: [
          { names: ["a", "c"], text: "| `a(b)`, `c` | `d` |" },
          { names: ["e"], text: "| `e` | |" },
        ],
      },
    ]);
  });

  it.each([
    ["drain (behaviour 41)", "tells all", [41]],
    ["callbacks (behaviours 43, 48)", "44: are called", [44, 43, 48]],
    ["limits", "44, 45: once", [44, 45]],
    ["limits", "none", []],
  ])("a test's behaviours stand in its group's name and its own: %s, %s", (group, name, behaviours) => {
    expect(behavioursOf(group, name)).toEqual(behaviours);
  });
});
