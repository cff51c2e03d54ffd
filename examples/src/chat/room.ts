/** The room: who is in it, and what each hears of the others. */

import { defineGenServer, defineTopic, type Context, type Ref } from "@wheelhouse/actors";

/**
 * Messages a room understands. All of them are casts, and what there is to say comes back as `hear`: a member that waited
 * for an answer would end with a room that crashes.
 */
export interface RoomProtocol {
  casts: {
    /** Enters under that name or, inside, takes it instead of the one before. Answered with `named` or `nameTaken`. */
    name(member: Member, name: string): void;
    /** The room knows a speaker's name by its process, so that nobody speaks for another. */
    say(from: Member, text: string): void;
    tell(from: Member, to: string, text: string): void;
    who(asker: Member): void;
  };
}

/** What a room asks of its members, and what any process may tell them. */
export interface MemberProtocol {
  casts: {
    hear(line: string): void;
    named(name: string): void;
    nameTaken(name: string): void;
  };
}

export type Member = Ref<MemberProtocol>;

/** Tells everybody connected that there is a new room, in which nobody is yet. */
export const RoomOpened = defineTopic<undefined>("room_opened").of("lobby");

/** Who is in it, by process. */
type RoomState = Map<Ref, { readonly member: Member; readonly name: string }>;

type RoomContext = Context<RoomProtocol, RoomState>;

export const Room = defineGenServer<RoomProtocol, RoomState>({
  name: "Room",
  init(ctx) {
    ctx.broadcast(RoomOpened, undefined);
    return new Map();
  },
  casts: {
    name(ctx, member, name) {
      const before = ctx.state.get(member)?.name;
      const holder = find(ctx.state, name);
      if (holder !== undefined && holder.member !== member) return ctx.cast(member, "nameTaken", name);
      if (before === undefined) ctx.monitor(member);
      if (before === undefined) announce(ctx, `* ${name} joined`);
      else if (before !== name) announce(ctx, `* ${before} is now ${name}`, member);
      ctx.state.set(member, { member, name });
      ctx.cast(member, "named", name);
    },
    say(ctx, from, text) {
      const speaker = ctx.state.get(from);
      if (speaker !== undefined) announce(ctx, `${speaker.name}: ${text}`, from);
    },
    tell(ctx, from, to, text) {
      const speaker = ctx.state.get(from);
      if (speaker === undefined) return;
      const listener = find(ctx.state, to);
      if (listener === undefined) ctx.cast(from, "hear", `Nobody here is called ${to}.`);
      else ctx.cast(listener.member, "hear", `${speaker.name} to you: ${text}`);
    },
    who(ctx, asker) {
      const names = [...ctx.state.values()].map(({ name }) => name);
      ctx.cast(asker, "hear", `Here: ${names.toSorted().join(", ")}`);
    },
  },
  // The one way out, whether a member said goodbye, lost its connection or crashed.
  down(ctx, { ref }) {
    const left = ctx.state.get(ref);
    ctx.state.delete(ref);
    if (left !== undefined) announce(ctx, `* ${left.name} left`);
  },
});

function find(room: RoomState, name: string) {
  return [...room.values()].find((member) => member.name.toLowerCase() === name.toLowerCase());
}

function announce(ctx: RoomContext, line: string, except?: Member): void {
  for (const { member } of ctx.state.values()) if (member !== except) ctx.cast(member, "hear", line);
}
