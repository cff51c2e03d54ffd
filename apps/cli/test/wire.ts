/** A way to a server that the test holds in its hand: it can be cut, closed, and made to wait. */

import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterTest, type House } from "./support.ts";

export interface Wire {
  /** The house as it is over this way. */
  readonly house: House;
  /** The first lines of the requests that came so far. */
  readonly requests: readonly string[];
  /** Breaks every connection; new ones come through. */
  readonly cut: () => void;
  /** Lets nobody through until it is opened, and breaks what is there. */
  readonly close: () => void;
  readonly open: () => void;
  /** Keeps requests with that in their first line back until the function is called that this resolves with. */
  readonly hold: (path: string) => Promise<() => void>;
  /** Breaks the connection of an answer to such a request when so many bytes of it came. */
  readonly breakAfter: (path: string, bytes: number) => void;
}

export async function layWire(house: House): Promise<Wire> {
  const ends = new Set<Socket>();
  let isOpen = true;
  let held: { readonly path: string; readonly reached: () => void; readonly gate: Promise<void> } | undefined;
  const requests: string[] = [];
  let broken: { readonly path: string; readonly bytes: number } | undefined;

  const server = createServer((near) => {
    if (!isOpen) return void near.destroy();
    const { host, port } = house.server.http;
    const far = connect(port, host);
    for (const end of [near, far]) {
      ends.add(end);
      end.on("error", () => undefined);
      end.on("close", () => {
        ends.delete(end);
        near.destroy();
        far.destroy();
      });
    }
    let left = Infinity;
    near.on("data", (part) => {
      const [line = ""] = part.toString("latin1").split("\r\n", 1);
      if (/^[A-Z]+ \//.test(line)) requests.push(line);
      if (broken !== undefined && line.includes(broken.path)) left = broken.bytes;
      if (held === undefined || !line.includes(held.path)) return void far.write(part);
      held.reached();
      void held.gate.then(() => far.write(part));
    });
    far.on("data", (part) => {
      near.write(part.subarray(0, Math.max(0, left)));
      left -= part.length;
      if (left <= 0) near.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    for (const end of ends) end.destroy();
  };
  afterTest(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    house: { ...house, url, environment: { ...house.environment, WHEELHOUSE_URL: url } },
    requests,
    cut,
    close() {
      isOpen = false;
      cut();
    },
    open() {
      isOpen = true;
    },
    hold(path) {
      return new Promise((resolve) => {
        let pass: () => void = () => undefined;
        const gate = new Promise<void>((open) => (pass = open));
        const release = (): void => {
          held = undefined;
          pass();
        };
        held = { path, reached: () => resolve(release), gate };
      });
    },
    breakAfter(path, bytes) {
      broken = { path, bytes };
    },
  };
}
