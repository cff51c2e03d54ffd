/**
 * Where all database threads begin. The warning that `node:sqlite` is experimental, which some versions print, is
 * kept from the terminal; so that module is only loaded after that. Each role loads what it needs, since that is most of
 * the time in which a storage opens.
 */

import { parentPort, workerData } from "node:worker_threads";
import type { ThreadOptions, ThreadRole } from "./messages.ts";
import type { OpenServer } from "./serve.ts";

const emitWarning = process.emitWarning.bind(process) as (...warning: unknown[]) => void;
process.emitWarning = (...warning: unknown[]) => {
  if (!String(warning[0]).startsWith("SQLite is an experimental feature")) emitWarning(...warning);
};

const ROLES: Readonly<Record<ThreadRole, () => Promise<{ readonly openServer: OpenServer }>>> = {
  writer: () => import("./serve-writer.ts"),
  reader: () => import("./serve-reader.ts"),
  searcher: () => import("./serve-reader.ts"),
  indexer: () => import("./index/serve-indexer.ts"),
  checkpointer: () => import("./segments/serve-checkpointer.ts"),
};

if (parentPort !== null) {
  const options = workerData as ThreadOptions;
  const [{ serve }, { openServer }] = await Promise.all([import("./serve.ts"), ROLES[options.role]()]);
  serve(parentPort, options, openServer);
}
