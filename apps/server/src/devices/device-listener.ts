/** The port that devices connect to. */

import { defineSupervisor, processName, type ChildSpec } from "@wheelhouse/actors";
import { KeyedBuckets, Listener, type ListenerProtocol } from "@wheelhouse/net";
import { MAX_UNVERIFIED_LINE_BYTES } from "@wheelhouse/protocol";
import type { HostAndPort } from "../config.ts";
import type { TlsIdentity } from "../http/tls.ts";
import { DeviceConnection } from "./device-connection.ts";

/** Silence after which the kernel asks whether the device is still there. */
const KEEP_ALIVE_MS = 30_000;

export const DeviceListener = processName<ListenerProtocol>("device-listener");

export interface DeviceListenerOptions {
  readonly tcp: HostAndPort;
  /** Lines a second of one device key, over all its connections. */
  readonly deviceLines: number;
}

/** With a certificate, every connection is encrypted from its first byte. @param tls is asked at each start. */
export function deviceListener(
  options: DeviceListenerOptions,
  tls: () => TlsIdentity | undefined = () => undefined,
): ChildSpec {
  return DevicePort.child({ options, tls }, { id: "device-port" });
}

interface DevicePortStart {
  readonly options: DeviceListenerOptions;
  readonly tls: () => TlsIdentity | undefined;
}

/** Ends with its listener and is started again, because a listener by itself would begin again with its first certificate. */
const DevicePort = defineSupervisor<DevicePortStart>("DevicePort", ({ options, tls }) => ({
  intensity: { restarts: 0, withinMs: 1 },
  children: [listener(options, tls())],
}));

function listener(
  { tcp: { host, port }, deviceLines }: DeviceListenerOptions,
  tls: TlsIdentity | undefined,
): ChildSpec {
  const keyLines = new KeyedBuckets({ perSecond: deviceLines, burst: deviceLines });
  return Listener.child(
    {
      host,
      port,
      handler: DeviceConnection.with(keyLines),
      packet: "line",
      // It is answered, and the lines behind it are heard.
      overlong: "skip",
      // Connections raise it when they are verified, and mind the time themselves.
      maxPacketBytes: MAX_UNVERIFIED_LINE_BYTES,
      readTimeoutMs: Infinity,
      // Dialect 1 has no heartbeat.
      keepAliveMs: KEEP_ALIVE_MS,
      ...(tls === undefined ? {} : { tls }),
    },
    { id: "device-listener", name: DeviceListener },
  );
}
