/** Who makes the changes whose arrival is measured: a device that reports, a person who wants, or a peer's own speaker. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { API_PREFIX } from "@wheelhouse/api";
import { PROBE } from "./heard.ts";
import { toTextFrame } from "./frames.ts";

export interface Prober {
  /** Begins to make it so, without waiting for what comes of it. */
  change(number: number): void;
}

/** What a peer is told beside the changes: messages of so many bytes, so often. */
export interface Stream {
  readonly bytes: number;
  readonly everyMs: number;
}

export interface ProbeAddress {
  readonly tcpPort: number;
  readonly deviceKey: string;
  readonly httpPort: number;
  readonly cookie: string;
  readonly project: string;
}

/** A device of our server with one variable. It applies what people want. */
export class ProbeDevice implements Prober {
  readonly #socket: Socket;
  #seq = 1;
  #rest = "";

  /** Resolves when its declaration is known. */
  static async join({ tcpPort, deviceKey }: ProbeAddress): Promise<ProbeDevice> {
    const socket = connect({ host: "127.0.0.1", port: tcpPort, noDelay: true });
    const device = new ProbeDevice(socket);
    const declared = { name: PROBE, kind: "float", value: 0, writable: true };
    device.#say(
      { type: "hello", protocol: 2, key: deviceKey, device: PROBE },
      { type: "declare", variables: [declared] },
      { type: "variables", seq: 1, values: { [PROBE]: 0 } },
    );
    await new Promise<void>((resolve, reject) => {
      socket.setEncoding("utf8").on("data", (text: string) => device.#hear(text, resolve, reject));
      socket.once("error", reject);
    });
    return device;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  change(number: number): void {
    this.#seq += 1;
    this.#say({ type: "variables", seq: this.#seq, values: { [PROBE]: number } });
  }

  #hear(text: string, acknowledged: () => void, refused: (error: Error) => void): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const message = JSON.parse(line) as { type: string; id: number; values: Record<string, number> };
      if (message.type === "ack") acknowledged();
      else if (message.type === "error") refused(new Error(line));
      else if (message.type === "set") this.#apply(message.id, message.values);
    }
  }

  #apply(id: number, values: Readonly<Record<string, number>>): void {
    const results = Object.entries(values).map(([name, value]) => [name, { value }]);
    this.#say({ type: "applied", id, results: Object.fromEntries(results) as object });
  }

  #say(...messages: readonly object[]): void {
    this.#socket.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
  }
}

/** A person who changes the device's variable over HTTP. */
export function personOf({ httpPort, cookie, project }: ProbeAddress): Prober {
  const address = `http://127.0.0.1:${httpPort}${API_PREFIX}/projects/${project}/devices/${PROBE}/variables`;
  const headers = { cookie, "content-type": "application/json" };
  return {
    change: (number) =>
      void fetch(address, {
        method: "PATCH",
        headers,
        body: JSON.stringify({ values: { [PROBE]: number } }),
      }).then((answer) => answer.arrayBuffer()),
  };
}

/** Who speaks on a peer, which tells everybody whatever it hears. */
export class PeerSpeaker implements Prober {
  readonly #socket: Socket;
  #stream: NodeJS.Timeout | undefined;

  static async join(port: number): Promise<PeerSpeaker> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    const key = "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    socket.write(`GET / HTTP/1.1\r\nhost: peer\r\nconnection: Upgrade\r\nupgrade: websocket\r\n${key}\r\n`);
    await once(socket, "data");
    return new PeerSpeaker(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.resume();
  }

  change(number: number): void {
    const values = { [PROBE]: { [PROBE]: [Date.now(), number] } };
    this.#say(JSON.stringify({ type: "changes", id: 1, offset: 1, values, dropped: 0 }));
  }

  stream({ bytes, everyMs }: Stream): void {
    const text = JSON.stringify({ type: "changes", id: 1, offset: 1, filler: "x".repeat(bytes), dropped: 0 });
    this.#stream = setInterval(() => this.#say(text), everyMs);
  }

  end(): void {
    clearInterval(this.#stream);
    this.#socket.destroy();
  }

  #say(text: string): void {
    this.#socket.write(toTextFrame(text));
  }
}
