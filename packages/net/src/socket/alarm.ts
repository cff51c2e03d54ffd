/** One time to be reminded at, set anew or cleared as often as one likes. */

import type { Context } from "@wheelhouse/actors";

/** What an alarm needs of the process it belongs to. */
export type AlarmOwner = Pick<Context, "schedule">;

export class Alarm {
  readonly #owner: () => AlarmOwner;
  readonly #ring: () => void;
  #cancel: (() => void) | undefined = undefined;

  /** `owner` is asked each time, since what an alarm is for may be handed to another process. */
  constructor(owner: () => AlarmOwner, ring: () => void) {
    this.#owner = owner;
    this.#ring = ring;
  }

  /** Rings once, so many milliseconds from now, instead of when it was set to before. */
  set(ms: number): void {
    this.clear();
    this.#cancel = this.#owner().schedule(ms, this.#ring);
  }

  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

/** What the promise gives, or `late` when it takes longer than so many milliseconds of that process's runtime; with 0, what it has given already. */
export async function within<T, L extends string>(
  owner: AlarmOwner,
  ms: number,
  promise: Promise<T>,
  late: L,
): Promise<T | L> {
  if (ms === Infinity) return promise;
  if (ms === 0) return Promise.race([promise, Promise.resolve(late)]);
  let cancel = () => {};
  const tooLate = new Promise<L>((resolve) => {
    cancel = owner.schedule(ms, () => resolve(late));
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    cancel();
  }
}
