/** What a game says when it connects: checked, and completed with the defaults. Pure. */

import {
  MAX_UNVERIFIED_LINE_BYTES,
  PROTOCOL_VERSION,
  formatMessage,
  isJsonObject,
  parseDeviceMessage,
  showValue,
} from "@wheelhouse/protocol";

import { byteLength } from "./byte-length.ts";
import type { Address } from "./environment.ts";
import { DEFAULT_TCP, MAX_BUFFERED_BYTES, MAX_BUFFERED_LINES } from "./limits.ts";
import type { OutboxLimits } from "./outbox.ts";
import type { Introduction } from "./session.ts";

export interface ConnectOptions {
  /** The project's device key. */
  readonly key: string;
  /** This device's id, unique in its project: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly device: string;
  /** Where the server listens for devices, as `HOST:PORT`; {@link DEFAULT_TCP} unless given. */
  readonly tcp?: string;
  /** The device's name for people. */
  readonly name?: string;
  readonly app?: string;
  readonly build?: string;
  readonly tags?: readonly string[];
  /** Unacknowledged lines to hold at most; {@link MAX_BUFFERED_LINES} unless given. */
  readonly maxBufferedLines?: number;
  /** Bytes of unacknowledged lines to hold at most; {@link MAX_BUFFERED_BYTES} unless given. */
  readonly maxBufferedBytes?: number;
}

/** An option or another argument that can't be right. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";
  readonly code = "invalid_option";
}

export interface CheckedOptions {
  readonly address: Address;
  readonly introduction: Introduction;
  readonly buffer: OutboxLimits;
}

/** @throws {@link OptionsError} naming the option, what was given and what would be right. */
export function checkOptions(options: ConnectOptions): CheckedOptions {
  if (!isJsonObject(options)) throw wrong("the options", "an object with key and device", options);
  return {
    address: checkTcp(options.tcp ?? DEFAULT_TCP),
    introduction: toIntroduction(options),
    buffer: {
      maxLines: checkCount("maxBufferedLines", options.maxBufferedLines ?? MAX_BUFFERED_LINES),
      maxBytes: checkCount("maxBufferedBytes", options.maxBufferedBytes ?? MAX_BUFFERED_BYTES),
    },
  };
}

/** Reads `HOST:PORT`, an IPv6 address in brackets; `undefined` for anything else. */
export function parseTcp(tcp: string): Address | undefined {
  const { bracketed, plain, port } = HOST_AND_PORT.exec(tcp)?.groups ?? {};
  const host = bracketed ?? plain;
  const number = Number(port);
  return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number };
}

const HOST_AND_PORT = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:\s]+)):(?<port>\d{1,5})$/;

function checkTcp(tcp: string): Address {
  const address = parseTcp(tcp);
  if (address === undefined) throw wrong("tcp", "HOST:PORT with a port from 1 to 65535", tcp);
  return address;
}

/** The room that a hello's `session` and `now` take at their most. */
const LATER_FIELDS_BYTES = 300;

function toIntroduction({ key, device, name, app, build, tags }: ConnectOptions): Introduction {
  if (typeof key !== "string" || key === "") throw wrong("key", "the project's device key", key);
  // JSON leaves out what is undefined, and the server's own parser knows what a hello may say.
  const line = formatMessage({
    type: "hello",
    protocol: PROTOCOL_VERSION,
    key,
    device,
    ...JSON.parse(JSON.stringify({ name, app, build, tags })),
  });
  const hello = parseDeviceMessage(line);
  if (hello.type === "refused") throw new OptionsError(hello.text);
  if (hello.type !== "hello" || byteLength(line) > MAX_UNVERIFIED_LINE_BYTES - LATER_FIELDS_BYTES)
    throw wrong(
      "name, app, build and tags",
      "short enough for one line of 4 KiB",
      `${byteLength(line)} bytes`,
    );
  return hello;
}

function checkCount(option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw wrong(option, "a positive integer", value);
  return value;
}

/** What was given for an argument, in words that {@link OptionsError} has for options. */
export function wrong(option: string, expected: string, got: unknown): OptionsError {
  return new OptionsError(`expected ${option} to be ${expected}, got: ${showValue(got)}`);
}
