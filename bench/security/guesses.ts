/** `npm run bench -- security-guesses`: many addresses guess at one account's password, and its owner logs in meanwhile. */

import { setTimeout as wait } from "node:timers/promises";
import { atMost, printFigures, type Figure } from "../figure.ts";
import { OWNER, addressOf, api, registerOwner, withServer, type Answer, type Server } from "./server.ts";

export interface GuessesSize {
  readonly guesses: number;
  readonly addresses: number;
}

export const FULL: GuessesSize = { guesses: 10_000, addresses: 2_000 };
const AT_ONCE = 100;
const OWNERS_ADDRESS = "203.0.113.9";
const NEW_ADDRESS = "203.0.113.10";
/** The owner comes back when told to, so often at most. */
const OWNERS_TRIES = 20;

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure({ guesses, addresses }: GuessesSize): Promise<readonly Figure[]> {
  return withServer(async (server) => {
    await registerOwner(server);
    const first = await logIn(server, OWNER.password, OWNERS_ADDRESS);
    const known = `wheelhouse_device=${first.cookies["wheelhouse_device"]}`;
    const counts: Record<number, number> = {};
    let next = 0;
    async function guess(): Promise<void> {
      while (next < guesses) {
        const index = (next += 1);
        const { status } = await logIn(server, `guess number ${index}`, addressOf(index % addresses));
        counts[status] = (counts[status] ?? 0) + 1;
      }
    }
    const attack = Array.from({ length: AT_ONCE }, guess);
    const owner = await untilIn(() => logIn(server, OWNER.password, OWNERS_ADDRESS, known));
    const elsewhere = await untilIn(() => logIn(server, OWNER.password, NEW_ADDRESS));
    await Promise.all(attack);
    console.log(
      `${guesses} guesses from ${addresses} addresses: ${JSON.stringify(counts)} by status; the owner was in after ${owner} tries from a known browser, after ${elsewhere} from a new address`,
    );
    return [
      atMost("guesses that got in", counts[201] ?? 0, 0, ""),
      atMost("tries until the owner was in, meanwhile, known browser", owner, 1, ""),
      atMost("tries until the owner was in, meanwhile, new address", elsewhere, OWNERS_TRIES, ""),
    ];
  });
}

function logIn({ ask }: Server, password: string, address: string, cookie = ""): Promise<Answer> {
  const headers = { "x-forwarded-for": address, cookie };
  return ask(api("/session"), { method: "POST", body: { email: OWNER.email, password }, headers });
}

async function untilIn(attempt: () => Promise<Answer>): Promise<number> {
  for (let tries = 1; tries <= OWNERS_TRIES; tries += 1) {
    const { status } = await attempt();
    if (status === 201) return tries;
    if (status === 503) await wait(200);
  }
  return Infinity;
}
