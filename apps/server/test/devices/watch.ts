/** Waits for what the page would show, without asking again and again: each event of the project is a reason to look. */

import { defineGenServer, on, start } from "@wheelhouse/actors";
import type { Variable } from "@wheelhouse/api";
import { ProjectTopic } from "../../src/devices/protocol.ts";
import { afterTest, type TestAccount, type TestServer } from "../support.ts";

/** What a person sees of a project. */
export interface Watch {
  /** Resolves with the variable when it is as wanted. */
  variable(device: string, name: string, isRight: (variable: Variable) => boolean): Promise<Variable>;
  /** Resolves when the device is shown as connected, or as away. */
  online(device: string, online: boolean): Promise<void>;
}

interface Listener {
  readonly project: string;
  heard(): void;
}

const Ear = defineGenServer<{}, Listener, Listener>({
  name: "Ear",
  init(ctx, listener) {
    ctx.subscribe(ProjectTopic.of(listener.project));
    return listener;
  },
  infos: [on(ProjectTopic, ({ state }) => state.heard())],
});

/** Hears everything from here on, until the test's end. */
export async function watch({ server }: TestServer, account: TestAccount): Promise<Watch> {
  const { project } = account;
  let events = 0;
  let wake = () => {};
  const heard = () => {
    events += 1;
    wake();
  };
  const app = await start(Ear, { project, heard }, { runtime: server.app.runtime });
  afterTest(() => app.stop());

  async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const before = events;
      const seen = await look();
      if (seen !== undefined) return seen;
      if (events === before) await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    variable: (device, name, isRight) =>
      until(async () => {
        const path = `/projects/${project}/devices/${device}/variables`;
        const { body } = await account.api<{ readonly variables?: readonly Variable[] }>(path);
        return body.variables?.find((variable) => variable.name === name && isRight(variable));
      }),
    async online(device, online) {
      await until(async () => {
        const { status, body } = await account.api<{ readonly online?: boolean }>(
          `/projects/${project}/devices/${device}`,
        );
        return status === 200 && body.online === online ? true : undefined;
      });
    },
  };
}
