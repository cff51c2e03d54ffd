/** What a proxy's header leaves behind, and one that says nothing. */

import { defineConnection } from "@wheelhouse/net";
import { expect, it } from "vitest";
import { dial, serve } from "../support.ts";

const Echo = defineConnection({ name: "Echo", data: (ctx, line) => void ctx.send(line) });
const proxyProtocol = { trusted: ["127.0.0.1"] };

it("40: a header of version 1 leaves the limit of packets as it is by default", async () => {
  const server = await serve({ packet: "line", handler: Echo.with(), proxyProtocol });
  const peer = await dial(server.port);
  const line = "x".repeat(200);
  await peer.write(`PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n${line}\n`);
  expect(await peer.readLine()).toBe(line);
});

it("40: of a `local` header of version 2 the family is passed over, whatever it is", async () => {
  const server = await serve({ packet: "line", handler: Echo.with(), proxyProtocol });
  const peer = await dial(server.port);
  const header = Buffer.from("\r\n\r\n\0\r\nQUIT\n\x20\x44\0\0", "latin1");
  await peer.write(Buffer.concat([header, Buffer.from("hello\n")]));
  expect(await peer.readLine()).toBe("hello");
});
