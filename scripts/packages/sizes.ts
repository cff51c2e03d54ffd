/** How big the packages are, and whether `docs/packages.md` still says so. */

import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { root } from "./pack.ts";

export interface Size {
  readonly package: string;
  readonly packedBytes: number;
  readonly installedBytes: number;
  readonly files: number;
}

/** How far a size may be from what the page says, as a share of it: enough that not every change is a change of the page. */
const TOLERANCE = 0.25;

export function measure(name: string, tarball: string, installed: string): Size {
  const sizes = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  const installedBytes = sizes.reduce((sum, size) => sum + size, 0);
  return { package: name, packedBytes: statSync(tarball).size, installedBytes, files: sizes.length };
}

/** The row of the page's table that says it. */
export function toRow({ package: name, packedBytes, installedBytes, files }: Size): string {
  return `| \`@wheelhouse/${name}\` | ${toKilobytes(packedBytes)} | ${toKilobytes(installedBytes)} | ${files} |`;
}

export function readPage(): string {
  return readFileSync(join(root, "docs", "packages.md"), "utf8");
}

/** The row that the page should have in place of the one it has, if that one is too far off. */
export function findStaleRow(page: string, size: Size): string | undefined {
  const row = page.split("\n").find((line) => line.startsWith(`| \`@wheelhouse/${size.package}\` `));
  const stated = Array.from(row?.matchAll(/\| +([\d,]+)(?: kB)? (?=\|)/g) ?? [], ([, figure = ""]) =>
    Number(figure.replaceAll(",", "")),
  );
  const measured = [size.packedBytes / 1000, size.installedBytes / 1000, size.files];
  const holds =
    stated.length === measured.length &&
    measured.every((figure, column) => Math.abs(figure - (stated[column] ?? 0)) <= figure * TOLERANCE);
  return holds ? undefined : toRow(size);
}

function toKilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000).toLocaleString("en")} kB`;
}
