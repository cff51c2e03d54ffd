/** The supervision tree: what the server consists of, in the order in which each stands on the one before. */

import { defineSupervisor } from "@wheelhouse/actors";
import type { Config } from "./config.ts";
import { deviceListener } from "./devices/device-listener.ts";
import { Devices, DevicesSupervisor } from "./devices/devices.ts";
import { Http, HttpServer } from "./http/http-server.ts";
import { LivePages, LivePagesSupervisor } from "./live/live-pages.ts";
import { Store, StoreServer, type OpenStorage } from "./store/store.ts";

export interface WheelhouseStart {
  readonly config: Config;
  readonly openStorage: OpenStorage;
  /** What the first account takes when it is made from elsewhere. */
  readonly setupCode: string;
}

export const Wheelhouse = defineSupervisor<WheelhouseStart>(
  "Wheelhouse",
  ({ config, openStorage, setupCode }) => ({
    strategy: "rest_for_one",
    children: [
      StoreServer.child(openStorage, { name: Store }),
      DevicesSupervisor.child(undefined, { name: Devices, shutdown: Infinity }),
      deviceListener(config.tcp),
      HttpServer.child({ config, setupCode }, { name: Http }),
      // After the web server, whose sockets they use: at the end they let go of them first.
      LivePagesSupervisor.child(undefined, { name: LivePages, shutdown: Infinity }),
    ],
  }),
);
