import { storageContract } from "../../src/contract.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { makeFolder } from "./folders.ts";

storageContract("sqlite", {
  async open() {
    const temporary = makeFolder();
    const reopen = () => openSqliteStorage({ folder: temporary.folder });
    return { storage: await reopen(), reopen, dispose: async () => temporary.remove() };
  },
});
