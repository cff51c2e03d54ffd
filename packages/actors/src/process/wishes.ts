/** What a handler asked for besides its result; granted when it has returned. */

import type { ExitReason } from "../exit-reason.ts";

export class Wishes {
  stop: ExitReason | undefined = undefined;
  continuation: { readonly token: unknown } | undefined = undefined;
  idleMs: number | undefined = undefined;
}
