/** What is left in a server of ours: looked for where nothing hides, in its runtime, its event loop and its heap. */

import { describe, type ProcessNode, type Runtime } from "@wheelhouse/actors";
import { getHeapSnapshot } from "node:v8";
import { usage } from "./usage.ts";

export interface Census {
  readonly sockets: number;
  readonly processes: number;
  readonly names: number;
  /** Timers that something still holds, set or not. */
  readonly timers: number;
  readonly heapBytes: number;
}

/** The classes of the runtime's timers and of the host's, by their names in the heap. */
const TIMER_CLASSES = /^(Timeout|Immediate|\w*Timer|SelfCast|PendingCall)$/;

export async function takeCensus(runtime: Runtime): Promise<Census> {
  const { openSockets, heapBytes } = usage();
  const processes = below(describe(runtime));
  return {
    sockets: openSockets,
    processes: processes.length,
    names: processes.filter(({ name }) => name !== undefined).length,
    timers: await countObjects(TIMER_CLASSES),
    heapBytes,
  };
}

function below(nodes: readonly ProcessNode[]): readonly ProcessNode[] {
  return nodes.flatMap((node) => [node, ...below(node.children)]);
}

interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[]];
    };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** Objects in the heap whose class has such a name; a collection comes first. */
async function countObjects(className: RegExp): Promise<number> {
  const parts: Buffer[] = [];
  for await (const part of getHeapSnapshot()) parts.push(part as Buffer);
  const { snapshot, nodes, strings } = JSON.parse(Buffer.concat(parts).toString()) as HeapSnapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeField, nameField] = [fields.indexOf("type"), fields.indexOf("name")];
  const object = types[0].indexOf("object");
  let count = 0;
  for (let node = 0; node < nodes.length; node += fields.length)
    if (nodes[node + typeField] === object && className.test(strings[nodes[node + nameField] ?? -1] ?? ""))
      count += 1;
  return count;
}
