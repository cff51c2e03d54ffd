/** How many files and sockets this process has open, and may have; where the platform says so. */

import { readFileSync, readdirSync } from "node:fs";
import type { Descriptors } from "./network.ts";

/** Folders whose entries are the process's open descriptors: of Linux (proc(5)), and of macOS and the BSDs (fd(4)). */
const FOLDERS = ["/proc/self/fd", "/dev/fd"];

export function lookAtDescriptors(): Descriptors | undefined {
  const open = countOpen();
  const limit = readLimit() ?? reportedLimit();
  return open === undefined || limit === undefined ? undefined : { open, limit };
}

function countOpen(): number | undefined {
  for (const folder of FOLDERS) {
    const entries = attempt(() => readdirSync(folder));
    // One of them is the folder itself.
    if (entries !== undefined) return entries.length - 1;
  }
  return undefined;
}

/** The soft limit, which is the one that counts (getrlimit(2)). */
function readLimit(): number | undefined {
  const limits = attempt(() => readFileSync("/proc/self/limits", "latin1"));
  const soft = limits?.match(/^Max open files +(\S+)/m)?.[1];
  return soft === undefined ? undefined : toLimit(soft);
}

let reported: number | undefined;

/** A report takes long to make, so it is made once. */
function reportedLimit(): number | undefined {
  reported ??= toLimit(softLimitOf(process.report?.getReport()));
  return reported;
}

function softLimitOf(report: unknown): unknown {
  const limits = (report as { userLimits?: { open_files?: { soft?: unknown } } } | undefined)?.userLimits;
  return limits?.open_files?.soft;
}

function toLimit(soft: unknown): number | undefined {
  if (soft === "unlimited") return Infinity;
  const limit = Number(soft);
  return soft !== undefined && Number.isSafeInteger(limit) ? limit : undefined;
}

/** What another platform doesn't have is `undefined`. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
