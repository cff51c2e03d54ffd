/** What lives in a runtime, as a tree: who started whom, how each is, and the same as text. */

import type { LabelledRef } from "./events.ts";
import { escapeControls, formatValue } from "./format-value.ts";
import type { Process } from "./process/process.ts";
import { ProcessRef } from "./process/process-ref.ts";
import type { Runtime } from "./runtime/runtime.ts";

/** One process, as it was when it was asked for. */
export interface ProcessNode {
  readonly ref: LabelledRef;
  /** The name it was started under. */
  readonly name: string | undefined;
  /** What it says of itself with `setLabel`. */
  readonly label: string | undefined;
  /** The name of its definition. */
  readonly definition: string;
  readonly phase: "starting" | "running" | "ending";
  /** Whether a handler that isn't done holds the mailbox. */
  readonly busy: boolean;
  /** How many messages wait. */
  readonly queueLength: number;
  /** How often it has started which child again, by the child's id; of a supervisor only. */
  readonly restarts: Readonly<Record<string, number>>;
  readonly uptimeMs: number;
  /** What it started and still lives, oldest first. */
  readonly children: readonly ProcessNode[];
}

/** The processes of a runtime that nobody started who still lives, oldest first, with all below them. */
export function describe(runtime: Runtime): readonly ProcessNode[] {
  const nodes = new Map<Process, ProcessNode & { readonly children: ProcessNode[] }>();
  const processes = runtime.processes().flatMap((ref) => processOf(ref as LabelledRef));
  for (const process of processes) nodes.set(process, toNode(process, runtime.now()));
  const roots: ProcessNode[] = [];
  for (const [{ parent }, node] of nodes) {
    const above = parent === undefined ? undefined : nodes.get(parent);
    (above?.children ?? roots).push(node);
  }
  return roots;
}

function processOf(ref: LabelledRef): readonly Process[] {
  return ref instanceof ProcessRef && ref.process !== undefined ? [ref.process] : [];
}

function toNode(process: Process, now: number): ProcessNode & { readonly children: ProcessNode[] } {
  const { ref, name, label, definition, phase, busy, mailbox, restarts, startedAt } = process;
  return {
    ref,
    name,
    label,
    definition: definition.name,
    phase: phase === "ended" ? "ending" : phase,
    busy,
    queueLength: mailbox.length,
    restarts: Object.fromEntries(restarts ?? []),
    uptimeMs: now - startedAt,
    children: [],
  };
}

interface Line {
  readonly node: ProcessNode;
  /** What stands before it, and before what is below it. */
  readonly before: string;
  readonly below: string;
}

/**
 * The tree as text, one line a process:
 *
 *     Shop#1  running, restarted store 2 × and cart 1 ×, up 5 m 3 s
 *     ├─ store#2 (Store)  busy, 14 queued, up 5 m 3 s
 *     └─ Task#9 "fetch page 7"  running, up 120 ms
 */
export function formatTree(roots: readonly ProcessNode[]): string {
  // A stack of its own rather than a recursion: processes may be nested deeper than functions.
  const todo: Line[] = roots.map((node) => ({ node, before: "", below: "" })).toReversed();
  const lines: string[] = [];
  for (let line = todo.pop(); line !== undefined; line = todo.pop()) {
    const { node, before, below } = line;
    lines.push(`${before}${formatNode(node)}`);
    for (const next of linesBelow(node, below)) todo.push(next);
  }
  return lines.join("\n");
}

/** The last first, as a stack wants them. */
function linesBelow({ children }: ProcessNode, below: string): readonly Line[] {
  const last = children.length - 1;
  const lines = children.map((node, place) =>
    place === last
      ? { node, before: `${below}└─ `, below: `${below}   ` }
      : { node, before: `${below}├─ `, below: `${below}│  ` },
  );
  return lines.toReversed();
}

function formatNode(node: ProcessNode): string {
  const { ref, label, definition, phase, busy, queueLength, restarts, uptimeMs } = node;
  const title = [
    escapeControls(`${ref.label}#${ref.id}`),
    ...(definition === ref.label ? [] : [`(${escapeControls(definition)})`]),
    ...(label === undefined ? [] : [formatValue(label)]),
  ];
  const facts = [
    phase === "running" && busy ? "busy" : phase,
    ...(queueLength === 0 ? [] : [`${queueLength} queued`]),
    ...formatRestarts(restarts),
    `up ${formatDuration(uptimeMs)}`,
  ];
  return `${title.join(" ")}  ${facts.join(", ")}`;
}

function formatRestarts(restarts: ProcessNode["restarts"]): readonly string[] {
  const children = Object.entries(restarts).map(([id, count]) => `${escapeControls(id)} ${count} ×`);
  return children.length === 0 ? [] : [`restarted ${children.join(" and ")}`];
}

/** The two largest units that matter. */
function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.floor(ms)} ms`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} m`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
