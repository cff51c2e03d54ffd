/** `npm run bench -- storage`: all figures of `@wheelhouse/storage` as one table. */

import { printFigures } from "../figure.ts";
import { measure as measureDisk, FULL as DISK } from "./disk.ts";
import { measure as measureHistory, FULL as HISTORY } from "./history.ts";
import { measure as measureIngest, FULL as INGEST } from "./ingest.ts";
import { measure as measureOpen, FULL as OPEN } from "./open.ts";
import { measure as measureSearch, FULL as SEARCH } from "./search.ts";

export async function run(): Promise<void> {
  printFigures([
    ...(await measureIngest(INGEST)),
    ...(await measureSearch(SEARCH)),
    ...(await measureHistory(HISTORY)),
    ...(await measureOpen(OPEN)),
    ...(await measureDisk(DISK)),
  ]);
}
