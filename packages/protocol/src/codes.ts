/** The one table of codes a device can be answered with: whether the code ends the connection, and whether to come back. */

/** What a client does next: `no` gives up, `after` waits `retryAfterMs` with jitter, `unneeded` stays connected. */
export type ComeBack = "no" | "after" | "unneeded";

export interface CodeRule {
  readonly ends: boolean;
  readonly comeBack: ComeBack;
}

const stays: CodeRule = { ends: false, comeBack: "unneeded" };
const endsForGood: CodeRule = { ends: true, comeBack: "no" };
const endsForNow: CodeRule = { ends: true, comeBack: "after" };

/** `unauthorized` ends the connection only the third time; see {@link MAX_WRONG_KEYS}. */
export const CODES = {
  protocol: endsForGood,
  revoked: endsForGood,
  replaced: endsForGood,
  shutting_down: endsForNow,
  silent: endsForNow,
  unauthorized: stays,
  bad_json: stays,
  bad_base64: stays,
  invalid: stays,
  too_large: stays,
  unknown_type: stays,
  unknown_write: stays,
  already_verified: stays,
  rate_limited: stays,
  storage_unavailable: stays,
} as const satisfies Record<string, CodeRule>;

export type Code = keyof typeof CODES;

/** Why a line was refused. `seq` stands where it could be read, so that the next ack can cover it. */
export interface Refusal {
  readonly type: "refused";
  readonly code: Code;
  readonly text: string;
  readonly seq?: number;
}

/** What makes a {@link Refusal}. */
export function refuse(code: Code, text: string, seq?: number): Refusal {
  return seq === undefined ? { type: "refused", code, text } : { type: "refused", code, text, seq };
}
