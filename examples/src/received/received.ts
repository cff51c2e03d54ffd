/** Received: answers each line with `Received: ` and the line. Four servers that do the same in four ways. */

import type { ListenArguments } from "../arguments.ts";
import { serve, telnet, type Program, type Server } from "../serve.ts";
import * as mailbox from "./mailbox.ts";
import * as recv from "./recv.ts";
import * as task from "./task.ts";
import * as worker from "./worker.ts";

export const FORMS = { mailbox, recv, worker, task } satisfies Record<string, Program<ListenArguments>>;

export type Form = keyof typeof FORMS;

interface ReceivedArguments extends ListenArguments {
  readonly form: Form;
}

const SERVER: Server<ReceivedArguments> = {
  name: "received",
  summary: "Answers each line with `Received: ` and the line.",
  listens: { port: 1234, hostOption: "ip", environment: "RECEIVED" },
  options: { form: { type: "string" } },
  help: `  --form F      how (worker):
                mailbox   one process owns every socket and hears their lines as messages
                recv      a loop a connection that blocks until the next line comes
                worker    a gen server a connection, under a listener
                task      a supervised task a connection
`,
  read(where, { form = "worker" }) {
    if (isForm(form)) return { ...where, form };
    return { problem: `expected --form to be one of ${Object.keys(FORMS).join(", ")}, got: ${form}` };
  },
  program: ({ form }) => FORMS[form],
  tryWith: telnet,
};

export function run(args: readonly string[]): Promise<void> {
  return serve(SERVER, args);
}

function isForm(text: unknown): text is Form {
  return typeof text === "string" && Object.hasOwn(FORMS, text);
}
