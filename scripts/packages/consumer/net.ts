/** Uses `@wheelhouse/net` as its users do: an echo over a real socket, a crash that concerns one connection, a drain. */

import { connect } from "node:net";

import { defineSupervisor, processName, start } from "@wheelhouse/actors";
import { Listener, MAX_CONNECTIONS, defineConnection, type ListenerProtocol } from "@wheelhouse/net";
import { MAX_PACKET_BYTES } from "@wheelhouse/net/socket";

const Front = processName<ListenerProtocol>("front");

const Echo = defineConnection({
  name: "Echo",
  data(ctx, line) {
    if (line.toString() === "crash\n") throw new Error("asked to");
    ctx.send(line);
  },
  shutdown: (ctx) => void ctx.send("goodbye\n"),
});

const Server = defineSupervisor("Server", () => ({
  children: [Listener.child({ port: 0, packet: "line", handler: Echo.with() }, { name: Front })],
}));

const server = await start(Server, undefined);
const { port } = (await server.call(Front, "info")).local;

/** A client that reads to the end. */
function dial() {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  const heard: string[] = [];
  // A connection that crashed may be cut with an error or without one.
  const closed = new Promise<void>((resolve) => socket.on("error", () => {}).on("close", () => resolve()));
  const echoed = (line: string) =>
    new Promise<void>((resolve) => {
      socket.on("data", () => {
        if (heard.join("").endsWith(line)) resolve();
      });
      socket.write(line);
    });
  socket.on("data", (text: string) => heard.push(text));
  return { socket, closed, echoed, heard: () => heard.join("").trimEnd().replaceAll("\n", ", ") };
}

const [ann, bob] = [dial(), dial()];
await Promise.all([ann.echoed("ahoy\n"), bob.echoed("hello\n")]);
bob.socket.write("crash\n");
await bob.closed;
await ann.echoed("still there\n");
console.log((await server.call(Front, "info")).connections); // prints: 1
await server.stop();
await ann.closed;
console.log(ann.heard()); // prints: ahoy, still there, goodbye
console.log(server.runtime.processes().length); // prints: 0
console.log(MAX_CONNECTIONS > 0 && MAX_PACKET_BYTES > 0); // prints: true

/** What must not compile, and would if the declarations had lost their types on the way. */
export function mistakes(): void {
  // @ts-expect-error: a handler is asked for
  Listener.child({ port: 0 });
}
