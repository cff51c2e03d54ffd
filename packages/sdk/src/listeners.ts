/** Who listens to what a game's connection tells, and telling them. */

import { wrong } from "./options.ts";
import type { Problem } from "./problem.ts";
import type { Status } from "./session.ts";

/** What each event carries. */
export interface GameEvents {
  readonly status: Status;
  readonly error: Problem;
}

export type Listener<Name extends keyof GameEvents> = (detail: GameEvents[Name]) => void;

export class Listeners {
  readonly #sets: { readonly [Name in keyof GameEvents]: Set<Listener<Name>> } = {
    status: new Set(),
    error: new Set(),
  };
  readonly #throwOutside: (error: unknown) => void;

  /** `throwOutside` gets what a listener throws: neither the game's loop nor the connection is the place for it. */
  constructor(throwOutside: (error: unknown) => void) {
    this.#throwOutside = throwOutside;
  }

  /**
   * Returns the function that removes it.
   * @throws OptionsError
   */
  add<Name extends keyof GameEvents>(event: Name, listener: Listener<Name>): () => void {
    if (!Object.hasOwn(this.#sets, event))
      throw wrong("the event", Object.keys(this.#sets).join(" or "), event);
    if (typeof listener !== "function") throw wrong("the listener", "a function", listener);
    this.#sets[event].add(listener);
    return () => void this.#sets[event].delete(listener);
  }

  tell<Name extends keyof GameEvents>(event: Name, detail: GameEvents[Name]): void {
    for (const listener of this.#sets[event]) {
      try {
        listener(detail);
      } catch (error) {
        this.#throwOutside(error);
      }
    }
  }
}
