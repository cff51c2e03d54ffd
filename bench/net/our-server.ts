/** Our server: a listener in line mode, each line a message to its connection's own process. */

import { defineSupervisor, processName, start } from "@wheelhouse/actors";
import { Listener, type ListenerOptions, type ListenerProtocol } from "@wheelhouse/net";
import { answerQuestions } from "./asked.ts";
import { takeCensus } from "./servers/census.ts";
import { HANDLERS, type HandlerName } from "./servers/handlers.ts";
import { usage } from "./servers/usage.ts";

/** What it is told at its start. */
export interface OurOptions extends Partial<Omit<ListenerOptions, "handler">> {
  readonly handler?: HandlerName;
}

const BenchListener = processName<ListenerProtocol>("bench");
const BenchApp = defineSupervisor<OurOptions>("BenchApp", ({ handler = "echo", ...options }) => ({
  children: [
    Listener.child(
      {
        port: 0,
        packet: "line",
        overlong: handler === "skipping" ? "skip" : "error",
        backlog: 4_096,
        ...options,
        handler: HANDLERS[handler],
      },
      { name: BenchListener },
    ),
  ],
}));

const app = await start(BenchApp, JSON.parse(process.argv[2] ?? "{}") as OurOptions);
const endings: Record<string, number> = {};
app.runtime.on((event) => {
  if (event.type !== "process_ended") return;
  const { reason } = event;
  const why = typeof reason === "object" && "shutdown" in reason ? reason.shutdown : reason;
  endings[String(why)] = (endings[String(why)] ?? 0) + 1;
});

answerQuestions((await app.call(BenchListener, "info")).local.port, {
  usage,
  async counts() {
    const { accepted, ended, refused } = await app.call(BenchListener, "info");
    const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
    return { accepted, ended, refused: refusals };
  },
  /** How many processes ended for each reason. */
  endings: () => endings,
  census: () => takeCensus(app.runtime),
});
