/** `@wheelhouse/storage/memory`: the ports in memory, for tests and simulations. */

export { MemoryFaults } from "./faults.ts";
export { memoryDisk, type MemoryDisk } from "./disk.ts";
export { openMemoryStorage, type MemoryOptions } from "./open.ts";
