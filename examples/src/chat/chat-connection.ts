/** One person's connection: carries lines to the room and back. */

import { on, type ProcessName } from "@wheelhouse/actors";
import { TokenBucket, defineConnection, type ConnectionContext, type Rate } from "@wheelhouse/net";
import { RoomOpened, type MemberProtocol, type RoomProtocol } from "./room.ts";
import { isName, toText } from "./text.ts";

interface ChatState {
  readonly room: ProcessName<RoomProtocol>;
  readonly allowance: TokenBucket;
  /** Under which the room knows this one; `undefined` before it does. */
  readonly name: string | undefined;
  /** What the room was asked for and hasn't answered. */
  readonly wanted: string | undefined;
}

type ChatContext = ConnectionContext<MemberProtocol, ChatState>;

/** How fast somebody may talk. */
export const TALKING: Rate = { perSecond: 2, burst: 10 };

const ASK_NAME = "What is your name?";
const NAME_RULE = "A name is 1 to 20 letters, digits, _ or -.";
const TOO_FAST = "That was too fast, so nobody heard it.";
const HELP = [
  "/nick NAME      changes your name",
  "/msg NAME TEXT  tells one person only",
  "/who            tells who is here",
  "/quit           leaves",
  "/help           shows this",
];

export const ChatConnection = defineConnection<
  MemberProtocol,
  ChatState,
  { readonly room: ProcessName<RoomProtocol> }
>({
  name: "ChatConnection",
  init(ctx, { room }) {
    ctx.subscribe(RoomOpened);
    return { room, allowance: new TokenBucket(TALKING), name: undefined, wanted: undefined };
  },
  connected: (ctx) => hear(ctx, `Welcome. ${ASK_NAME}`),
  data(ctx, line) {
    const text = toText(line);
    if (text === "") return;
    if (text === "/quit") quit(ctx);
    else if (!ctx.state.allowance.take(ctx.now())) hear(ctx, TOO_FAST);
    else if (ctx.state.name === undefined) askForName(ctx, text);
    else converse(ctx, text);
  },
  overlong: (ctx) => hear(ctx, "That line was too long, so nobody heard it."),
  timeout(ctx) {
    hear(ctx, "Nothing came from you for a long time. Goodbye.");
    ctx.close();
  },
  shutdown: (ctx) => hear(ctx, "The chat closes. Goodbye."),
  casts: {
    hear,
    named(ctx, name) {
      const { name: before } = ctx.state;
      answered(ctx, name);
      if (before === undefined) hear(ctx, `Hello ${name}. Everybody hears what you write; try /help.`);
      else if (before !== name) hear(ctx, `You are ${name} now.`);
    },
    nameTaken(ctx, name) {
      const { name: before } = ctx.state;
      // In a new room somebody else may have been faster to take the name that this one had.
      answered(ctx, before === name ? undefined : before);
      hear(ctx, askAgain(ctx, `Somebody here is called ${name} already.`));
    },
  },
  infos: [on(RoomOpened, enterAgain)],
});

/** Nothing more is read until the room has answered: the next line depends on who this is. */
function askForName(ctx: ChatContext, name: string): void {
  if (!isName(name)) return hear(ctx, askAgain(ctx, NAME_RULE));
  ctx.state = { ...ctx.state, wanted: name };
  ctx.cast(ctx.state.room, "name", ctx.self, name);
  ctx.pause();
}

/** Who has no name yet needs one. */
function askAgain(ctx: ChatContext, why: string): string {
  return ctx.state.name === undefined ? `${why} ${ASK_NAME}` : why;
}

function answered(ctx: ChatContext, name: string | undefined): void {
  ctx.state = { ...ctx.state, name, wanted: undefined };
  ctx.resume();
}

/** The room before has crashed, with what it was asked last, and this one doesn't know anybody. */
function enterAgain(ctx: ChatContext): void {
  const { room, name, wanted } = ctx.state;
  for (const again of [name, wanted]) if (again !== undefined) ctx.cast(room, "name", ctx.self, again);
}

function converse(ctx: ChatContext, text: string): void {
  const { room } = ctx.state;
  const [, command, rest = ""] = /^(\/\S*)\s*(.*)$/.exec(text) ?? [];
  const [, to, message] = /^(\S+)\s+(.+)$/.exec(rest) ?? [];
  if (command === undefined) ctx.cast(room, "say", ctx.self, text);
  else if (command === "/who") ctx.cast(room, "who", ctx.self);
  else if (command === "/nick") askForName(ctx, rest);
  else if (command === "/help") for (const line of HELP) hear(ctx, line);
  else if (command !== "/msg") hear(ctx, `There is no ${command}; /help tells what there is.`);
  else if (to === undefined || message === undefined) hear(ctx, "That is /msg NAME TEXT.");
  else ctx.cast(room, "tell", ctx.self, to, message);
}

function quit(ctx: ChatContext): void {
  hear(ctx, "Goodbye.");
  ctx.close();
}

function hear(ctx: ChatContext, line: string): void {
  ctx.send(`${line}\r\n`);
}
