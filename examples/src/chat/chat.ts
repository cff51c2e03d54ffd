/** A small chat over telnet. */

import { defineSupervisor, processName } from "@wheelhouse/actors";
import { Listener, type ListenerProtocol } from "@wheelhouse/net";

import type { ListenArguments } from "../arguments.ts";
import { serve } from "../serve.ts";
import { ChatConnection } from "./chat-connection.ts";
import { Room, type RoomProtocol } from "./room.ts";

const MAX_LINE_BYTES = 1_024;
/** Lines wait for whoever reads slowly up to so many bytes; then the connection is cut. */
const MAX_UNSENT_BYTES = 65_536;
const READ_TIMEOUT_MS = 30 * 60_000;

export const Lobby = processName<RoomProtocol>("lobby");
export const ChatListener = processName<ListenerProtocol>("chat");

/**
 * A room that crashed has forgotten who was in it. So the listener, which stands on it, is restarted with it: everybody
 * is told that the chat closes, and may come again to the new one.
 */
export const ChatApp = defineSupervisor<ListenArguments>("ChatApp", (where) => ({
  strategy: "rest_for_one",
  children: [
    Room.child(undefined, { name: Lobby }),
    Listener.child(
      {
        ...where,
        packet: "line",
        maxPacketBytes: MAX_LINE_BYTES,
        maxUnsentBytes: MAX_UNSENT_BYTES,
        readTimeoutMs: READ_TIMEOUT_MS,
        handler: ChatConnection.with({ room: Lobby }),
      },
      { name: ChatListener },
    ),
  ],
}));

export function run(args: readonly string[]): Promise<void> {
  const summary = "A small chat over telnet.";
  return serve(
    { name: "chat", summary, port: 4040, app: ChatApp, listener: ChatListener, client: "telnet" },
    args,
  );
}
