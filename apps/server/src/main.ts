/** The command `npm start`. */

import { runServerCommand } from "./command.ts";

await runServerCommand(process.argv.slice(2), process.env);
