/** Values of any type but the right one, for each kind of option. */

import fc from "fast-check";

/** Any value but `undefined`, which is as if the option weren't given. */
export const anything: fc.Arbitrary<unknown> = fc
  .oneof(
    fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    }),
    fc.string(),
    fc.constantFrom<unknown>(null, Symbol("sign"), 5n, "5000", true, [5], new Date(5), Number.NaN, cyclic()),
  )
  .filter((value) => value !== undefined);

function cyclic(): unknown {
  const made: Record<string, unknown> = {};
  made["itself"] = made;
  return made;
}

const but = (isRight: (value: unknown) => boolean) => anything.filter((value) => !isRight(value));

const notNumber = but((value) => typeof value === "number" && !Number.isNaN(value));
const notText = but((value) => typeof value === "string");
const notFlag = but((value) => typeof value === "boolean");
const isMode = (value: unknown) => value === "once" || ["boolean", "number"].includes(typeof value);
const notPem = but((value) => typeof value === "string" || value instanceof Uint8Array);
const isListOfText = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
const isPacket = (value: unknown) => ["raw", "line", 1, 2, 4].includes(value as string);
/** What is in them is needed, so that no other object is right either. */
const wild = anything;

export const wrongSocketOptions: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  packet: but(isPacket),
  maxPacketBytes: notNumber,
  overlong: wild,
  noDelay: notFlag,
  keepAliveMs: notNumber,
  highWatermarkBytes: notNumber,
  lowWatermarkBytes: notNumber,
  maxUnsentBytes: notNumber,
  whenFull: wild,
  sendTimeoutMs: notNumber,
  active: but(isMode),
};

export const wrongConnectOptions = { ...wrongSocketOptions, timeoutMs: notNumber };

export const wrongListenOptions = {
  port: notNumber,
  host: notText,
  backlog: notNumber,
  reusePort: notFlag,
  noDelay: notFlag,
  keepAliveMs: notNumber,
};

export const wrongListenerOptions = {
  ...wrongListenOptions,
  ...wrongSocketOptions,
  handler: wild,
  tls: wild,
  tlsFrom: wild,
  proxyProtocol: wild,
  handshakeTimeoutMs: notNumber,
  maxConnections: notNumber,
  atMaxConnections: wild,
  maxWaiting: notNumber,
  waitTimeoutMs: notNumber,
  maxConnectionsPerAddress: notNumber,
  connectionRate: wild,
  connectionRatePerAddress: wild,
  reservedDescriptors: notNumber,
  alarms: but((value) => Array.isArray(value) && value.length === 0),
  readTimeoutMs: notNumber,
  firstPacketTimeoutMs: notNumber,
  maxLifeMs: notNumber,
  drainTimeoutMs: notNumber,
  drainStaggerMs: notNumber,
};

export const wrongTlsOptions = {
  cert: notPem,
  key: notPem,
  servers: notEmptyObject(),
  clientCa: notPem,
  alpn: but(isListOfText),
};

/** An object of no names is right. */
function notEmptyObject(): fc.Arbitrary<unknown> {
  return but(
    (value) =>
      Object.prototype.toString.call(value) === "[object Object]" &&
      Object.keys(value as object).length === 0,
  );
}

/** Refused with an error that says which it was. */
export function isRefusalOf(name: string, error: unknown): boolean {
  return error instanceof RangeError && error.message.startsWith("expected ") && error.message.includes(name);
}
