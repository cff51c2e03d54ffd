/**
 * Where both database threads begin. The warning that `node:sqlite` is experimental, which some versions print, is
 * kept from the terminal; so that module is only loaded after that.
 */

import { parentPort, workerData } from "node:worker_threads";
import type { ThreadOptions } from "./messages.ts";

const emitWarning = process.emitWarning.bind(process) as (...warning: unknown[]) => void;
process.emitWarning = (...warning: unknown[]) => {
  if (!String(warning[0]).startsWith("SQLite is an experimental feature")) emitWarning(...warning);
};

if (parentPort !== null) {
  const { serve } = await import("./serve.ts");
  serve(parentPort, workerData as ThreadOptions);
}
