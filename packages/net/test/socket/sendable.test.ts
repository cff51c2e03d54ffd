/** What can't be sent is refused, and spoils no counter. */

import { defineConnection } from "@wheelhouse/net";
import { expect, it } from "vitest";
import { dial, serve } from "../support.ts";

it.each([5, {}, true, [5], new ArrayBuffer(2), undefined])(
  "56: %o can't be sent, and is said so",
  async (wrong) => {
    const thrown: unknown[] = [];
    const Wrong = defineConnection({
      name: "Wrong",
      data(ctx) {
        try {
          ctx.send(wrong as never);
        } catch (error) {
          thrown.push(error);
        }
        ctx.send("after\n");
      },
    });
    const server = await serve({ packet: "line", handler: Wrong.with() });
    const peer = await dial(server.port);
    await peer.write("go\n");
    expect(await peer.readLine()).toBe("after");
    const { bytesWritten } = await server.info();
    expect({ bytesWritten, thrown: thrown.map(String) }).toEqual({
      bytesWritten: 6,
      thrown: [expect.stringContaining("expected")],
    });
  },
);
