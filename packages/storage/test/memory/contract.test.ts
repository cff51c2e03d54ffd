import { storageContract } from "../../src/contract.ts";
import { memoryDisk, openMemoryStorage } from "../../src/memory/index.ts";

storageContract("memory", {
  async open() {
    const disk = memoryDisk();
    const reopen = () => openMemoryStorage({ disk });
    return { storage: await reopen(), reopen, dispose: async () => {} };
  },
});
