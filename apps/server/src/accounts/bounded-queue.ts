/** Work that only so much of runs at once and only so much of waits. Pure. */

/** There was no place left to wait in. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
  readonly code = "queue_full";
}

export interface BoundedQueue {
  /**
   * Does the work when there is room. What is `favoured` waits in places of its own and goes first.
   *
   * @throws QueueFullError when all places to wait in are taken.
   */
  run<R>(work: () => Promise<R>, favoured?: boolean): Promise<R>;
  /** How much waits now. */
  readonly waiting: number;
}

export interface QueueOptions {
  readonly atOnce: number;
  /** Places to wait in, of either kind. */
  readonly places: number;
}

export function boundedQueue({ atOnce, places }: QueueOptions): BoundedQueue {
  const lines = { favoured: [] as (() => void)[], others: [] as (() => void)[] };
  let running = 0;

  function leave(): void {
    const next = lines.favoured.shift() ?? lines.others.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    async run(work, favoured = false) {
      if (running < atOnce) running += 1;
      else {
        const line = favoured ? lines.favoured : lines.others;
        if (line.length >= places) throw new QueueFullError("too much is waiting already");
        await new Promise<void>((resolve) => line.push(resolve));
      }
      try {
        return await work();
      } finally {
        leave();
      }
    },
    get waiting() {
      return lines.favoured.length + lines.others.length;
    },
  };
}
