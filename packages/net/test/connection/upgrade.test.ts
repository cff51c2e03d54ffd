/** A plain line that came with the upgrade is never heard as an encrypted one, whatever the mode. */

import { defineConnection, type ActiveMode } from "@wheelhouse/net";
import { expect, it } from "vitest";
import { authority, localhost } from "../certificates.ts";
import { Inbox, dial, serve } from "../support.ts";

it.each([true, 5] as readonly ActiveMode[])(
  "51: nobody slips a plain line in, active: %s",
  async (active) => {
    const heard = new Inbox<string>();
    const Upgrading = defineConnection({
      name: "Upgrading",
      async data(ctx, line) {
        const text = line.toString().trim();
        heard.put(`${text}, ${ctx.tls === undefined ? "plain" : "encrypted"}`);
        if (text !== "STARTTLS") return;
        ctx.send("OK\n");
        await ctx.secure();
      },
      error: () => heard.put("failed"),
    });
    const server = await serve({
      packet: "line",
      active,
      tls: localhost,
      tlsFrom: "upgrade",
      handler: Upgrading.with(),
    });
    const peer = await dial(server.port);
    await peer.write("STARTTLS\nEVIL\n");
    expect(await peer.readLine()).toBe("OK");
    expect(await heard.take()).toBe("STARTTLS, plain");
    const secured = await peer.secure({ ca: authority, servername: "localhost" }).catch(() => undefined);
    if (secured !== undefined) await peer.write("real\n");
    // The handshake fails, as it does in `once` mode; or EVIL is dropped.
    expect(await heard.take()).not.toBe("EVIL, encrypted");
  },
);
