/** Hears what happens to the devices of the simulated project, in order. */

import { defineGenServer, on, start } from "@wheelhouse/actors";
import type { SimulatedRuntime } from "@wheelhouse/actors/simulation";
import { ProjectTopic, type ProjectEvent } from "../../src/devices/protocol.ts";
import { PROJECT } from "./simulated-server.ts";

type Hear = (event: ProjectEvent) => void;

const Ear = defineGenServer<{}, Hear, Hear>({
  name: "Ear",
  init(ctx, hear) {
    ctx.subscribe(ProjectTopic.of(PROJECT));
    return hear;
  },
  infos: [on(ProjectTopic, ({ state: hear }, event) => hear(event))],
});

/** Until the result is called. */
export async function listen(runtime: SimulatedRuntime, hear: Hear): Promise<() => Promise<void>> {
  const app = await start(Ear, hear, { runtime });
  return () => app.stop();
}
