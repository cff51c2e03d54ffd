/** The addresses of processes, and of whoever speaks from outside them. */

import type { Address, Ref } from "../protocol.ts";
import type { Process } from "./process.ts";

/** The address of a process; empties itself when the process ends, so that nobody holds on to a dead one's state. */
export class ProcessRef implements Ref {
  readonly id: number;
  readonly label: string;
  /** @internal */
  process: Process | undefined;

  constructor(id: number, label: string, process: Process) {
    this.id = id;
    this.label = label;
    this.process = process;
  }

  toString(): string {
    return `${this.label}#${this.id}`;
  }

  /** In a log, too, it is an address and not all that is behind it. */
  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Ref<${this.toString()}>`;
  }
}

/** Who speaks when it is code outside any process; it counts as the parent of a process that has none. */
export const OUTSIDE: Ref = { id: 0 };

/** An address in words. */
export function describeAddress(address: Address): string {
  if (address instanceof ProcessRef) return address.toString();
  if ("name" in address) return address.name;
  return "key" in address ? `${address.registry}/${address.key}` : `#${address.id}`;
}
