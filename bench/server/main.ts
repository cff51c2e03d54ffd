/** `npm run bench -- server`: all figures of the server's whole path as one table. */

import { printFigures } from "../figure.ts";
import { measure as measureDevices, FULL as DEVICES } from "./devices.ts";
import { measure as measureLogs, FULL as LOGS } from "./logs.ts";
import { measure as measureValues, FULL as VALUES } from "./values.ts";
import { measure as measureWrites, FULL as WRITES } from "./writes.ts";

export async function run(): Promise<void> {
  printFigures([
    ...(await measureLogs(LOGS)),
    ...(await measureValues(VALUES)),
    ...(await measureWrites(WRITES)),
    ...(await measureDevices(DEVICES)),
  ]);
}
