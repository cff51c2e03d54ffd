/** The command `npm run wheelhouse -- …`. */

import { processTerminal } from "./process-terminal.ts";
import { run } from "./program.ts";

process.exit(await run(process.argv.slice(2), processTerminal(process)));
