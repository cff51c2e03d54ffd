/** A running server: its application on a real runtime, with SQLite unless another storage is given. */

import {
  Runtime,
  start,
  type Application,
  type RuntimeEvent,
  type SupervisorProtocol,
} from "@wheelhouse/actors";
import { openSqliteStorage } from "@wheelhouse/storage/sqlite";
import { randomSetupCode } from "./accounts/secrets.ts";
import { Wheelhouse } from "./application.ts";
import type { Config, HostAndPort } from "./config.ts";
import { DeviceListener } from "./devices/device-listener.ts";
import { Http } from "./http/http-server.ts";
import { TlsFilesError, readTls, type TlsIdentity } from "./http/tls.ts";
import { Store, type OpenStorage } from "./store/store.ts";

export interface RunningServer {
  readonly app: Application<SupervisorProtocol>;
  /** Where it really listens: a port 0 has become a real one. */
  readonly http: HostAndPort;
  readonly tcp: HostAndPort;
  /** What the first account takes when it is made from another machine; `undefined` when there is one already. */
  readonly setupCode: string | undefined;
  /** Reads the certificate again, without cutting anybody; says why not if it is wrong. */
  reloadTls(): Promise<"reloaded" | { readonly failed: string }>;
  /** Drains, stores what came, and closes. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly openStorage?: OpenStorage;
  readonly onEvent?: (event: RuntimeEvent) => void;
}

/**
 * @throws StartFailedError whose reason is a `ListenError` or a `StorageUnusableError` when a setting can't be used.
 * @throws TlsFilesError when the certificate can't.
 * @throws StorageFailedError when the data could be opened, and not read.
 */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const openStorage =
    options.openStorage ?? ((onFailed) => openSqliteStorage({ folder: config.data, onFailed }));
  const runtime = new Runtime();
  if (options.onEvent !== undefined) runtime.on(options.onEvent);
  const setupCode = randomSetupCode();
  let identity = await readTls(config);
  const tls = () => identity;
  const app = await start(Wheelhouse, { config, openStorage, setupCode, tls }, { runtime });
  try {
    const http = await app.call(Http, "address");
    const { local } = await app.call(DeviceListener, "info");
    return {
      app,
      http,
      tcp: local,
      setupCode: (await app.call(Store, "countUsers")) === 0 ? setupCode : undefined,
      reloadTls: () => reloadTls(app, config, (renewed) => (identity = renewed)),
      stop: () => app.stop(),
    };
  } catch (error) {
    await app.stop();
    throw error;
  }
}

/** Both ports go on with the old certificate unless the new one is right for both. */
async function reloadTls(
  app: Application,
  config: Config,
  keep: (renewed: TlsIdentity) => void,
): Promise<"reloaded" | { readonly failed: string }> {
  try {
    const tls = await readTls(config);
    if (tls === undefined) return "reloaded";
    keep(tls);
    await app.call(Http, "useTls", tls);
    await app.call(DeviceListener, "setOptions", { tls });
    return "reloaded";
  } catch (error) {
    if (error instanceof TlsFilesError) return { failed: error.message };
    throw error;
  }
}
