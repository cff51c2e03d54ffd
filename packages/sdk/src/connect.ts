/** How a game begins: one call. */

import { ConnectedGame } from "./connected-game.ts";
import type { Environment } from "./environment.ts";
import type { Game } from "./game.ts";
import { nodeEnvironment } from "./node-environment.ts";
import { checkOptions, type ConnectOptions } from "./options.ts";

/**
 * Connects a game to a Wheelhouse server and keeps it connected: it comes back by itself after every loss, and sends
 * again what wasn't acknowledged. Returns at once, whether the server is there or not. Until `close` the process is
 * held alive, as by any open socket.
 *
 * @throws OptionsError for an option that can't be right.
 *
 * @example
 * const game = connect({ key: "AbCdEf123456", device: "my-game" });
 * game.declare({ speed: { kind: "float", value: 3, min: 0, max: 9, writable: true } });
 * game.onSet("speed", (speed: number) => (world.speed = speed));
 * game.send({ speed: world.speed });
 */
export function connect(options: ConnectOptions, environment: Environment = nodeEnvironment): Game {
  return new ConnectedGame(checkOptions(options), environment);
}
