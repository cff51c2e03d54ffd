/** The command `npm start`. */

import { runServerCommand } from "./command.ts";
import { keepHeapsSmall } from "./heap.ts";

keepHeapsSmall();
await runServerCommand(process.argv.slice(2), process.env);
