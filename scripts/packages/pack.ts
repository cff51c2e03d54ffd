/**
 * Makes the tarballs that are published. They are built from a copy of the sources, so that nothing stale in a `dist`
 * and nothing of the workspace gets into them.
 */

import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { runCommand } from "./command.ts";

/** The packages that are published, each after those it needs. */
export const PUBLISHED = ["actors", "net", "protocol", "sdk"] as const;

export type Published = (typeof PUBLISHED)[number];

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
export const typesFolder = join(root, "node_modules", "@types");

export interface Tarball {
  readonly package: Published;
  readonly file: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Builds and packs every published package, inside the given folder.
 *
 * @throws CommandError when one doesn't build.
 */
export async function packPackages(folder: string): Promise<readonly Tarball[]> {
  const copy = join(folder, "build");
  for (const name of PUBLISHED) copyPackage(name, copy);
  linkModules(copy);
  copyFileSync(join(root, "tsconfig.base.json"), join(copy, "tsconfig.base.json"));
  const folders = PUBLISHED.map((name) => `./packages/${name}`);
  await runCommand(process.execPath, [compiler, "-b", ...folders], { cwd: copy });
  const names = PUBLISHED.map((name) => finishManifest(join(copy, "packages", name)));
  await runCommand("npm", ["pack", ...folders, "--pack-destination", folder], { cwd: copy });
  return PUBLISHED.map((name, index) => ({ package: name, file: join(folder, names[index] ?? "") }));
}

function copyPackage(name: Published, copy: string): void {
  const from = join(root, "packages", name);
  const to = join(copy, "packages", name);
  const leftBehind = new Set(["dist", "test", "node_modules"].map((folder) => join(from, folder)));
  cpSync(from, to, { recursive: true, filter: (path) => !leftBehind.has(path) });
  copyFileSync(join(root, "LICENSE"), join(to, "LICENSE"));
}

/** The copies know each other by their names, as they do in the workspace, and know the types of Node.js. */
function linkModules(copy: string): void {
  const scope = join(copy, "node_modules", "@wheelhouse");
  mkdirSync(scope, { recursive: true });
  for (const name of PUBLISHED) link(join(copy, "packages", name), join(scope, name));
  link(typesFolder, join(copy, "node_modules", basename(typesFolder)));
}

function link(target: string, path: string): void {
  symlinkSync(target, path, "junction");
}

/**
 * Takes the workspace's `source` condition out: a user's bundler that knows such a one would take our TypeScript for
 * its own. Returns the tarball's name.
 */
function finishManifest(folder: string): string {
  const file = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
  const entries = Object.entries(manifest.exports).map(([subpath, { source: _, ...conditions }]) => [
    subpath,
    conditions,
  ]);
  const published = { ...manifest, exports: Object.fromEntries(entries) as Manifest["exports"] };
  writeFileSync(file, `${JSON.stringify(published, null, 2)}\n`);
  return `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`;
}
