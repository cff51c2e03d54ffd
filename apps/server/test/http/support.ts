/** Requests as only a hostile or unusual client makes them: every header as it is given, and no other. */

import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { connect } from "node:net";
import type { RunningServer } from "../../src/server.ts";

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as it is. */
  readonly body?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** The only headers that aren't the caller's are `Host`, where it names none, and the body's length. */
export function send({ http }: RunningServer, { method = "GET", path, headers, body }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const sent = request(
      { ...http, method, path, headers: { ...length, ...headers }, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Sends bytes that need not be HTTP, and resolves with all that comes back until the server ends the connection. */
export function sendBytes({ http }: RunningServer, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(http, () => socket.write(bytes));
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => (text += part));
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
}
