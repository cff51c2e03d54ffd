/** Every entry of every installed package holds what its declarations name, imported and required. */

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly types: string }>>;
}

const require = createRequire(import.meta.url);
const scope = join("node_modules", "@wheelhouse");
let checked = 0;

for (const folder of readdirSync(scope).sort()) {
  const manifest = JSON.parse(readFileSync(join(scope, folder, "package.json"), "utf8")) as Manifest;
  for (const [subpath, { types }] of Object.entries(manifest.exports)) {
    const entry = join(manifest.name, subpath).replaceAll("\\", "/");
    const declared = declaredNames(readFileSync(join(scope, folder, types), "utf8"));
    if (declared.length === 0) throw new Error(`expected the declarations of ${entry} to name something`);
    expectSame(`import ${entry}`, Object.keys((await import(entry)) as object), declared);
    expectSame(`require ${entry}`, Object.keys(require(entry) as object), declared);
    checked += 1;
  }
}
console.log(checked > 0); // prints: true

/** The names of values: types are gone when a program runs. */
function declaredNames(declarations: string): readonly string[] {
  const lists = Array.from(declarations.matchAll(/^export \{([^}]*)\}/gms), ([, list = ""]) =>
    list.split(","),
  );
  const listed = lists
    .flat()
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "))
    .map((name) => name.replace(/^.* as /, ""));
  const own = declarations.matchAll(/^export declare (?:abstract )?(?:const|function|class) (\w+)/gm);
  // An overloaded function is declared more than once.
  return [...new Set([...listed, ...Array.from(own, ([, name = ""]) => name)])].sort();
}

function expectSame(what: string, found: readonly string[], declared: readonly string[]): void {
  // What Node.js adds to a module that is required.
  const names = found.filter((name) => name !== "__esModule" && name !== "module.exports").sort();
  if (names.join() !== declared.join())
    throw new Error(`expected ${what} to give ${declared.join()}, got: ${names.join()}`);
}
