/** Where programs listen in a simulated network, and which ports are free. */

import type { Endpoint } from "../network/network.ts";
import type { Chance } from "./chance.ts";
import type { Link } from "./link.ts";
import { networkError } from "./network-error.ts";

export interface PlaceRequest extends Endpoint {
  /** Connections that may wait to be taken. */
  readonly backlog: number;
  readonly reusePort: boolean;
  /** Whether it is a process of the runtime that listens. */
  readonly isOwned: boolean;
  taken(link: Link): void;
}

/** Somebody listens here. */
export interface Place {
  readonly local: Endpoint;
  readonly request: PlaceRequest;
  /** Connections that wait to be taken, the oldest first. */
  readonly waiting: Link[];
  /** The next one is about to be taken. */
  accepting: boolean;
}

/** Ports that are given out, one after the other. */
const FIRST_PORT = 32_768;
const LAST_PORT = 60_999;

/** Listening on one of these is listening on every address. */
const WILDCARDS: readonly string[] = ["0.0.0.0", "::", ""];
const LOOPBACKS: readonly string[] = ["localhost", "127.0.0.1", "::1"];

export class Places {
  readonly #places = new Set<Place>();
  #lastPort = FIRST_PORT - 1;

  /** @throws an error with the code `EADDRINUSE` when somebody listens there. */
  open(request: PlaceRequest): Place {
    const { host, path } = request;
    const isUnix = path !== undefined;
    const port = request.port === 0 && !isUnix ? this.freePort() : request.port;
    const local: Endpoint = isUnix ? { host: "", port: 0, path } : { host, port };
    const sharers = [...this.#places].filter((place) => overlaps(place.local, local));
    if (sharers.some((place) => isUnix || !request.reusePort || !place.request.reusePort))
      throw networkError("EADDRINUSE", "somebody listens there");
    const place: Place = { local, request, waiting: [], accepting: false };
    this.#places.add(place);
    return place;
  }

  close(place: Place): void {
    this.#places.delete(place);
  }

  isOpen(place: Place): boolean {
    return this.#places.has(place);
  }

  /** Who gets a connection to there; one of them, where several listen. */
  find(to: Endpoint, chance: Chance): Place | undefined {
    const listening = [...this.#places].filter(({ local }) => reaches(to, local));
    return listening.length > 1 ? chance.pick(listening) : listening[0];
  }

  owned(): readonly Place[] {
    return [...this.#places].filter(({ request }) => request.isOwned);
  }

  /** The next one on which nobody listens, in a circle. */
  freePort(): number {
    for (let tried = FIRST_PORT; tried <= LAST_PORT; tried += 1) {
      this.#lastPort = this.#lastPort >= LAST_PORT ? FIRST_PORT : this.#lastPort + 1;
      if (![...this.#places].some(({ local }) => local.port === this.#lastPort)) return this.#lastPort;
    }
    throw networkError("EADDRNOTAVAIL", "no port is free");
  }
}

function overlaps(a: Endpoint, b: Endpoint): boolean {
  return reaches(a, b) || reaches(b, a);
}

function reaches(to: Endpoint, listening: Endpoint): boolean {
  if (to.path !== undefined || listening.path !== undefined) return to.path === listening.path;
  return to.port === listening.port && isHostOf(to.host, listening.host);
}

function isHostOf(host: string, listening: string): boolean {
  if (host === listening || WILDCARDS.includes(listening)) return true;
  return LOOPBACKS.includes(host) && LOOPBACKS.includes(listening);
}
