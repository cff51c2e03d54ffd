/** The supervision tree: what the server consists of, in the order in which each stands on the one before. */

import { defineSupervisor } from "@wheelhouse/actors";
import type { Config } from "./config.ts";
import { deviceListener } from "./devices/device-listener.ts";
import { Devices, DevicesSupervisor } from "./devices/devices.ts";
import { DUTIES, Housekeeping } from "./housekeeping/housekeeping.ts";
import { Http, HttpServer } from "./http/http-server.ts";
import { LiveFeed, LiveFeedServer } from "./live/live-feed.ts";
import { LivePages, LivePagesSupervisor } from "./live/live-pages.ts";
import type { TlsIdentity } from "./http/tls.ts";
import { Store, StoreServer, type OpenStorage } from "./store/store.ts";

export interface WheelhouseStart {
  readonly config: Config;
  readonly openStorage: OpenStorage;
  /** What the first account takes when it is made from elsewhere. */
  readonly setupCode: string;
  /** The certificate that a port begins with, asked at each of its starts: it may have been renewed since the one before. */
  readonly tls: () => TlsIdentity | undefined;
}

export const Wheelhouse = defineSupervisor<WheelhouseStart>(
  "Wheelhouse",
  ({ config, openStorage, setupCode, tls }) => ({
    strategy: "rest_for_one",
    children: [
      StoreServer.child(openStorage, { name: Store }),
      DevicesSupervisor.child(undefined, { name: Devices, shutdown: Infinity }),
      deviceListener(config, tls),
      HttpServer.child({ config, setupCode, tls }, { name: Http }),
      LiveFeedServer.child(undefined, { name: LiveFeed }),
      // After the web server, whose sockets they use: at the end they let go of them first.
      LivePagesSupervisor.child(undefined, { name: LivePages, shutdown: Infinity }),
      Housekeeping.child(DUTIES),
    ],
  }),
);
