/** The room: who is in it, and what each hears of the others. */

import { defineGenServer, type Context, type Ref } from "@wheelhouse/actors";

/** Messages a room understands. */
export interface RoomProtocol {
  calls: {
    /** From here on the member hears the others, until its process ends. */
    join(name: string, member: Member): "joined" | "name_taken";
    who(): readonly string[];
  };
  casts: {
    /** The room knows a speaker's name by its process, so that nobody speaks for another. */
    say(from: Member, text: string): void;
  };
}

/** What a room asks of its members. */
export interface MemberProtocol {
  casts: {
    hear(line: string): void;
  };
}

export type Member = Ref<MemberProtocol>;

/** Who is in it, by process. */
type RoomState = Map<Ref, { readonly member: Member; readonly name: string }>;

export const Room = defineGenServer<RoomProtocol, RoomState>({
  name: "Room",
  init: () => new Map(),
  calls: {
    join(ctx, name, member) {
      if (isTaken(ctx.state, name)) return "name_taken";
      announce(ctx, `* ${name} joined`);
      ctx.state.set(member, { member, name });
      ctx.monitor(member);
      return "joined";
    },
    who: (ctx) => [...ctx.state.values()].map(({ name }) => name).toSorted(),
  },
  casts: {
    say(ctx, from, text) {
      const speaker = ctx.state.get(from);
      if (speaker !== undefined) announce(ctx, `${speaker.name}: ${text}`, from);
    },
  },
  // The one way out, whether a member said goodbye, lost its connection or crashed.
  down(ctx, { ref }) {
    const left = ctx.state.get(ref);
    ctx.state.delete(ref);
    if (left !== undefined) announce(ctx, `* ${left.name} left`);
  },
});

function isTaken(room: RoomState, name: string): boolean {
  return [...room.values()].some((taken) => taken.name.toLowerCase() === name.toLowerCase());
}

function announce(ctx: Context<RoomProtocol, RoomState>, line: string, except?: Member): void {
  for (const { member } of ctx.state.values()) if (member !== except) ctx.cast(member, "hear", line);
}
