import { defineGenServer, start, type Context } from "@wheelhouse/actors";
import { ConnectError, connect } from "@wheelhouse/net/socket";
import { simulationWithNetwork, type SimulatedNetworkOptions } from "@wheelhouse/net/simulation";
import { describe, expect, it } from "vitest";
import { pattern } from "./support.ts";

type ClientContext = Context<ClientProtocol, void>;

interface ClientProtocol {
  calls: { run(work: (ctx: ClientContext) => Promise<unknown>): unknown };
}

/** A process that does with its context what a test says. */
const Client = defineGenServer<ClientProtocol, void>({
  name: "Client",
  init: () => undefined,
  calls: { run: (ctx, work) => work(ctx) },
});

const SERVER = { host: "db.example", port: 5432 };

async function client(network: SimulatedNetworkOptions = {}) {
  const made = simulationWithNetwork({ seed: 1, network: { delayMs: [0, 20], ...network } });
  const app = await start(Client, undefined, { runtime: made.runtime });
  const run = async (work: (ctx: ClientContext) => Promise<unknown>): Promise<unknown> => {
    const outcome = app.callWithin(Infinity, app.ref, "run", work);
    await made.runtime.advance(200_000);
    return outcome;
  };
  return { ...made, run, stop: () => app.stop() };
}

describe("a process that connects", () => {
  it("talks with somebody outside, and waiting for that is no foreign wait", async () => {
    const { network, runtime, run, stop } = await client({ splitBytes: "random" });
    network.answer(SERVER, (peer) => peer.send("welcome\n"));
    const line = await run(async (ctx) => {
      const socket = await connect(ctx, SERVER, { packet: "line", active: false });
      return socket.recv();
    });
    expect(String(line)).toBe("welcome\n");
    expect(network.openStreams).toHaveLength(1);
    await stop();
    await runtime.advance(10_000);
    expect(network.openStreams).toEqual([]);
  });

  it("is refused where nobody listens, and gives up where nobody answers", async () => {
    const { network, run } = await client();
    const dial = (timeoutMs: number) =>
      run((ctx) => connect(ctx, SERVER, { timeoutMs }).catch((error: unknown) => error));
    expect(await dial(1_000)).toMatchObject({ name: "ConnectError", code: "refused" });
    network.partition(["db.example"]);
    const late = await dial(1_000);
    expect(late).toBeInstanceOf(ConnectError);
    expect(late).toMatchObject({ code: "timeout" });
    expect(network.descriptors().open).toBe(0);
  });

  it("sends a file of the simulation's, at the pace of the one who reads it", async () => {
    const file = pattern(300_000);
    const { network, run } = await client({ files: { "/data": file }, receiveBufferBytes: 10_000 });
    let heard = "";
    network.answer(SERVER, (peer) => void peer.closed().then(() => (heard = peer.takeText())));
    const sent = await run(async (ctx) => {
      const socket = await connect(ctx, SERVER, { active: false });
      const bytes = await socket.sendFile("/data");
      socket.close();
      return bytes;
    });
    expect(sent).toBe(300_000);
    expect(heard).toBe(file);
  });
});
