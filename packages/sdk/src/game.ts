/** What a game can do with its connection. `connected-game.ts` does it. */

import type { JsonValue, LogLevel } from "@wheelhouse/protocol";

import type { Declaration } from "./declarations.ts";
import type { GameEvents, Listener } from "./listeners.ts";
import type { SendableFields } from "./sendable.ts";
import type { SessionStats, Status } from "./session.ts";
import type { SetHandler, TriggerHandler } from "./writes.ts";

/** Nothing here blocks. `send`, `log` and `marker` never throw, whatever they are given: what can't be sent is an `error` event, and the rest goes out. */
export interface Game {
  readonly status: Status;
  readonly stats: SessionStats;
  /**
   * Adds variables, or replaces those of the same name. The server is told again after each reconnect, with the
   * newest value that was sent.
   * @throws DeclarationError for one that no server would take.
   */
  declare(variables: Readonly<Record<string, Declaration>>): void;
  /**
   * Makes a declared, writable variable follow what people set. A value of a declared variable has been checked to
   * be of its kind, so the handler's parameter may be annotated with it; its limits are the handler's to keep. A handler
   * that returns what isn't of the kind has rejected the write with that reason, and it is told.
   */
  onSet<Value extends JsonValue>(name: string, handler: SetHandler<Value>): void;
  /**
   * Makes a declared, writable variable of the kind `trigger` do something when people press it. A press is handled at
   * most once; one that doesn't arrive within seconds never does. The handler rejects as that of `onSet` does.
   */
  onTrigger(name: string, handler: TriggerHandler): void;
  /**
   * Reports values, as they are at this moment. Those of one tick leave as one line, under the time of the last call. A
   * value that JSON can't hold (`NaN` within a list too), or that isn't of its variable's declared kind, is left out
   * and told, once until the variable has one that can be sent; the other values go out.
   */
  send<Values extends object>(values: Values & SendableFields<Values>): void;
  /** Fields that can't be sent are left out, and told; a number among them that JSON can't hold is `null`. */
  log<Fields extends object>(
    level: LogLevel,
    message: string,
    fields?: Fields & SendableFields<Fields>,
  ): void;
  /** Marks this moment, so that people find it again. A name has 1 to 200 characters, and needn't be unique. */
  marker<Fields extends object>(name: string, fields?: Fields & SendableFields<Fields>): void;
  /**
   * Returns the function that ends it. An exception of a listener is thrown outside, as an uncaught one.
   * @throws OptionsError for another event, and for a listener that is no function.
   */
  on<Name extends keyof GameEvents>(event: Name, listener: Listener<Name>): () => void;
  /**
   * Resolves when everything sent so far is acknowledged, and so durable, or was dropped (`stats` tells), however
   * long the server is away.
   * @throws StoppedError when it has stopped for good, or does so before that.
   */
  flush(): Promise<void>;
  /** Flushes for at most `timeoutMs` (`CLOSE_TIMEOUT_MS`), says `bye` and ends. Never rejects. */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}
