/**
 * How often a password may be tried. Strangers are counted by account and address, so that no stranger can use up the
 * tries of somebody elsewhere; a browser that has logged in before has a count of its own, whatever comes from beside it.
 */

import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import { plainAddress } from "@wheelhouse/net";
import { RateLimiterMemory } from "rate-limiter-flexible";

/** Wrong passwords within {@link WINDOW_SECONDS}: for one account from one address, or from one known browser. */
export const MAX_WRONG = 10;
/** From one address, whatever the account. */
export const MAX_WRONG_OF_ADDRESS = 50;
/** For one account from all strangers together; beyond it each address has one try. */
export const MAX_WRONG_OF_ACCOUNT = 100;
const WINDOW_SECONDS = 15 * 60;
/** Accounts made, or tried to, from one address within the same time. */
export const MAX_REGISTRATIONS = 20;

/** Who tries. */
export interface Try {
  readonly account: string;
  readonly address: string;
  /** The hash of what a browser is known by to that very account. */
  readonly knownDevice: string | undefined;
}

/** A try that was let through is counted as wrong, unless it is given back. */
export type Permit =
  | { readonly allowed: true; giveBack(): Promise<void> }
  | { readonly allowed: false; readonly retryAfterMs: number };

export interface LogInLimits {
  take(attempt: Try): Promise<Permit>;
  /** The same for making accounts, which costs as much as a log-in. */
  takeRegistration(address: string): Promise<Permit>;
  /** Begins to count anew for an account: its password is another now. */
  forget(account: string): void;
}

export function createLogInLimits(): LogInLimits {
  const count = (keyPrefix: string, points: number) =>
    new RateLimiterMemory({ keyPrefix, points, duration: WINDOW_SECONDS });
  const byDevice = count("device", MAX_WRONG);
  const byPair = count("pair", MAX_WRONG);
  const byAddress = count("address", MAX_WRONG_OF_ADDRESS);
  const byAccount = count("account", MAX_WRONG_OF_ACCOUNT);
  const registrations = count("registration", MAX_REGISTRATIONS);

  async function take(counts: readonly (readonly [RateLimiterMemory, string])[]): Promise<Permit> {
    for (const [index, [counter, key]] of counts.entries()) {
      const taken = await counter.consume(key).catch((refused: { readonly msBeforeNext: number }) => refused);
      if (!(await isOver(counter, key))) continue;
      for (const [earlier, itsKey] of counts.slice(0, index)) await earlier.reward(itsKey);
      return { allowed: false, retryAfterMs: taken.msBeforeNext };
    }
    return {
      allowed: true,
      async giveBack() {
        for (const [counter, key] of counts) await counter.reward(key);
      },
    };
  }

  const renewals = new Map<string, number>();
  /** Changes when the account is to be counted anew: what it was counted under fades by itself. */
  const keyOf = (account: string) => toKey(`${account} ${renewals.get(account) ?? 0}`);

  return {
    forget: (account) => void renewals.set(account, (renewals.get(account) ?? 0) + 1),
    takeRegistration: (address) => take([[registrations, toNetwork(address)]]),
    async take({ account, address, knownDevice }) {
      const who = keyOf(account);
      const where = toNetwork(address);
      if (knownDevice !== undefined) return take([[byDevice, `${who} ${knownDevice}`]]);
      const pair = `${who} ${where}`;
      // Under attack from many addresses each of them has one try, so whoever logs in from a new one still can.
      const isAttacked = await isOver(byAccount, who);
      const earlier = isAttacked ? await byPair.get(pair) : null;
      if (earlier !== null && earlier.consumedPoints > 0)
        return { allowed: false, retryAfterMs: earlier.msBeforeNext };
      const permit = await take([
        [byPair, pair],
        [byAddress, where],
      ]);
      if (!permit.allowed) return permit;
      await byAccount.penalty(who);
      return {
        allowed: true,
        async giveBack() {
          await permit.giveBack();
          await byAccount.reward(who);
        },
      };
    },
  };
}

async function isOver(counter: RateLimiterMemory, key: string): Promise<boolean> {
  return ((await counter.get(key))?.consumedPoints ?? 0) > counter.points;
}

/** Of one length, however long an address somebody makes up. */
function toKey(account: string): string {
  return createHash("sha256").update(account).digest("base64url");
}

/** Whoever has one IPv6 address has 2⁶⁴ of them. */
export function toNetwork(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [head = "", tail = ""] = address.split("%", 1)[0]?.split("::") ?? [];
  const heads = head === "" ? [] : head.split(":");
  const tails = tail === "" ? [] : tail.split(":");
  const zeros = address.includes("::")
    ? Array<string>(Math.max(0, 8 - heads.length - tails.length)).fill("0")
    : [];
  const groups = [...heads, ...zeros, ...tails].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
