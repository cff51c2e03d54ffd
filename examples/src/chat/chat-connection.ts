/** One person's connection: asks for a name, then carries lines to the room and back. */

import type { ProcessName } from "@wheelhouse/actors";
import { defineConnection, type ConnectionContext } from "@wheelhouse/net";

import type { MemberProtocol, RoomProtocol } from "./room.ts";
import { isName, toText } from "./text.ts";

interface ChatState {
  readonly room: ProcessName<RoomProtocol>;
  readonly name: string | undefined;
}

type ChatContext = ConnectionContext<MemberProtocol, ChatState>;

const HELP = ["/who   tells who is here", "/quit  leaves", "/help  shows this"];

export const ChatConnection = defineConnection<
  MemberProtocol,
  ChatState,
  { readonly room: ProcessName<RoomProtocol> }
>({
  name: "ChatConnection",
  init(ctx, { room }) {
    tell(ctx, "Welcome. What is your name?");
    return { room, name: undefined };
  },
  data(ctx, line) {
    const text = toText(line);
    if (text === "") return;
    if (text === "/quit") return quit(ctx);
    return ctx.state.name === undefined ? enter(ctx, text) : converse(ctx, text);
  },
  overlong: (ctx) => tell(ctx, "That line was too long, so nobody heard it."),
  timeout(ctx) {
    tell(ctx, "Nothing came from you for a long time. Goodbye.");
    ctx.close();
  },
  shutdown: (ctx) => tell(ctx, "The chat closes. Goodbye."),
  casts: {
    hear: (ctx, line) => tell(ctx, line),
  },
});

async function enter(ctx: ChatContext, name: string): Promise<void> {
  const { room } = ctx.state;
  if (!isName(name)) {
    tell(ctx, "A name is 1 to 20 letters, digits, _ or -. What is your name?");
  } else if ((await ctx.call(room, "join", name, ctx.self)) === "name_taken") {
    tell(ctx, `Somebody here is called ${name} already. What is your name?`);
  } else {
    ctx.state = { room, name };
    tell(ctx, `Hello ${name}. What you write, everybody hears; /help tells what else there is.`);
  }
}

async function converse(ctx: ChatContext, text: string): Promise<void> {
  const { room } = ctx.state;
  if (!text.startsWith("/")) ctx.cast(room, "say", ctx.self, text);
  else if (text === "/who") tell(ctx, (await ctx.call(room, "who")).join(", "));
  else if (text === "/help") for (const line of HELP) tell(ctx, line);
  else tell(ctx, `There is no ${text}; /help tells what there is.`);
}

function quit(ctx: ChatContext): void {
  tell(ctx, "Goodbye.");
  ctx.close();
}

function tell(ctx: ChatContext, line: string): void {
  ctx.send(`${line}\r\n`);
}
