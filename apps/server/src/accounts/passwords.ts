/** Passwords: hashed with argon2id, with the parameters that OWASP recommends at least, and never more at once than the machine can bear. */

import { hash, verify } from "@node-rs/argon2";
import { boundedQueue, type QueueOptions } from "./bounded-queue.ts";

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Each hash takes 19 MiB and one of the four threads that Node.js also reads files with; 32 waiting take about half a
 * second.
 */
const QUEUE: QueueOptions = { atOnce: 2, places: 32 };

export interface Passwords {
  /** @throws QueueFullError */
  hash(password: string): Promise<string>;
  /**
   * Whether it is the account's password. Without an account it does the same work, and is false.
   *
   * @throws QueueFullError
   */
  isRight(password: string, stored: string | undefined, favoured?: boolean): Promise<boolean>;
  readonly waiting: number;
}

/** `onHash` is told of each time the work of one hash is done. */
export function createPasswords(onHash: () => void = () => undefined): Passwords {
  const queue = boundedQueue(QUEUE);
  const placeholder = hash("nobody's password", PARAMETERS);
  return {
    hash: (password) =>
      queue.run(() => {
        onHash();
        return hash(password, PARAMETERS);
      }),
    async isRight(password, stored, favoured) {
      const compared = stored ?? (await placeholder);
      const right = await queue.run(() => {
        onHash();
        return verify(compared, password);
      }, favoured);
      return right && stored !== undefined;
    },
    get waiting() {
      return queue.waiting;
    },
  };
}
