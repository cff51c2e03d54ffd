/** A small chat over telnet. */

import { defineSupervisor, processName } from "@wheelhouse/actors";
import { Listener, type ListenerProtocol } from "@wheelhouse/net";

import type { ListenArguments } from "../arguments.ts";
import { listenerProgram, serve, telnet, type Server } from "../serve.ts";
import { ChatConnection } from "./chat-connection.ts";
import { Room, type RoomProtocol } from "./room.ts";

const MAX_LINE_BYTES = 1_024;
/** Lines wait for whoever reads slowly up to so many bytes; then the connection is cut. */
const MAX_UNSENT_BYTES = 65_536;
const READ_TIMEOUT_MS = 30 * 60_000;

export const Lobby = processName<RoomProtocol>("lobby");
export const ChatListener = processName<ListenerProtocol>("chat");

/** A room that crashes takes nobody along: the connections enter the next one. */
export const ChatApp = defineSupervisor<ListenArguments>("ChatApp", ({ host, port }) => ({
  children: [
    Room.child(undefined, { name: Lobby }),
    Listener.child(
      {
        host,
        port,
        packet: "line",
        overlong: "skip",
        maxPacketBytes: MAX_LINE_BYTES,
        maxUnsentBytes: MAX_UNSENT_BYTES,
        readTimeoutMs: READ_TIMEOUT_MS,
        handler: ChatConnection.with({ room: Lobby }),
      },
      { name: ChatListener },
    ),
  ],
}));

const SERVER: Server<ListenArguments> = {
  name: "chat",
  summary: "A small chat over telnet.",
  listens: { port: 4040 },
  read: (where) => where,
  program: listenerProgram(ChatApp, ChatListener),
  tryWith: telnet,
};

export function run(args: readonly string[]): Promise<void> {
  return serve(SERVER, args);
}
