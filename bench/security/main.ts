/** `npm run bench -- security`: what is judged of the web side's security, as one table. */

import { printFigures, type Figure } from "../figure.ts";
import { measure as measureAccess, FULL as ACCESS } from "./access.ts";
import { measure as measureGuesses, FULL as GUESSES } from "./guesses.ts";
import { measure as measureRevocation, FULL as REVOCATION } from "./revocation.ts";
import { measure as measureSlow, FULL as SLOW } from "./slow.ts";
import { measure as measureTiming, FULL as TIMING } from "./timing.ts";

export async function run(): Promise<void> {
  const figures: Figure[] = [
    ...(await measureAccess(ACCESS)),
    ...(await measureRevocation(REVOCATION)),
    ...(await measureGuesses(GUESSES)),
    ...(await measureTiming(TIMING)),
    ...(await measureSlow(SLOW)),
  ];
  printFigures(figures);
}
