/** Node.js' time. */

import type { HostClock } from "./host-clock.ts";

/** What a timer of Node.js can wait for; of more it makes a millisecond. */
const LONGEST_TIMER_MS = 2_147_483_647;

export const hostClock: HostClock = {
  after(ms, work) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      const partMs = Math.min(leftMs, LONGEST_TIMER_MS);
      timer = setTimeout(() => (leftMs > partMs ? wait(leftMs - partMs) : work()), partMs).unref();
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
  soon: (work) => void setImmediate(work),
};
