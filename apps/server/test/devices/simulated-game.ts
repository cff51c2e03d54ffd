/** A game as it should be written, over a simulated connection: it keeps its lines until they are acknowledged, and comes back. */

import { isJsonObject, parseServerMessage, type JsonObject, type ServerMessage } from "@wheelhouse/protocol";
import { hello, line } from "./simulated-server.ts";
import type { SimulatedDevice } from "./simulated-device.ts";

/** After so long without a line it asks whether the server is there; after twice as long it comes back. */
const SILENT_MS = 5_000;

/** What a game does with a variable that is set: its result, or nothing for now. */
export type Answering = (set: number, name: string) => JsonObject | undefined;

export interface GameWorld {
  dial(): SimulatedDevice;
  now(): number;
  answer: Answering;
  /** A variable is set, on the connection of that number. */
  told(game: SimulatedGame, set: number, name: string, connection: number): void;
}

export class SimulatedGame {
  readonly id: string;
  /** Numbers that were said, as log entries and as markers. */
  readonly said = { logs: 0, markers: 0 };
  /** The same of lines that are acknowledged. */
  readonly safe = { logs: 0, markers: 0 };
  connections = 0;
  readonly #world: GameWorld;
  readonly #declaration: string;
  #device: SimulatedDevice | undefined;
  #session: string | undefined;
  #isWelcome = false;
  #heardAt = 0;
  #seq = 0;
  #held: (JsonObject & { readonly seq: number })[] = [];

  constructor(id: string, declaration: string, world: GameWorld) {
    this.id = id;
    this.#declaration = declaration;
    this.#world = world;
  }

  /** Whether nothing is left to be acknowledged. */
  get isFlushed(): boolean {
    return this.#held.length === 0;
  }

  log(): void {
    this.said.logs += 1;
    this.#say({ type: "logs", entries: [{ message: String(this.said.logs) }] });
  }

  mark(): void {
    this.said.markers += 1;
    this.#say({ type: "marker", name: String(this.said.markers) });
  }

  report(values: JsonObject): void {
    this.#say({ type: "variables", values });
  }

  /** Says again what isn't acknowledged, as a game does that doesn't trust the network. */
  repeat(): void {
    if (this.#isWelcome) this.#device?.send(...this.#held.map(line));
  }

  cut(): void {
    this.#device?.cut();
  }

  /** Hears what came, and comes back where it was thrown out. */
  goOn(): void {
    if (this.#device === undefined || this.#device.isClosed) return this.#dial();
    const lines = this.#device.take();
    const silentMs = this.#world.now() - this.#heardAt;
    if (lines.length > 0) this.#heardAt = this.#world.now();
    else if (silentMs >= 2 * SILENT_MS) return this.#device.cut();
    else if (silentMs >= SILENT_MS && this.#isWelcome) this.#device.send(line({ type: "ping" }));
    for (const text of lines) {
      const message = parseServerMessage(text);
      if (message !== undefined) this.#hear(message);
    }
  }

  #dial(): void {
    this.connections += 1;
    this.#isWelcome = false;
    this.#heardAt = this.#world.now();
    this.#device = this.#world.dial();
    this.#device.send(hello(this.id, this.#session === undefined ? {} : { session: this.#session }));
  }

  #say(message: JsonObject): void {
    this.#seq += 1;
    const { type, ...rest } = message;
    const numbered = { type: type ?? null, seq: this.#seq, ...rest };
    this.#held.push(numbered);
    if (this.#isWelcome) this.#device?.send(line(numbered));
  }

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        if (!message.resumed && this.#session !== undefined) throw new Error("expected the session to go on");
        this.#session = message.session;
        this.#isWelcome = true;
        this.#device?.send(this.#declaration);
        this.#acknowledge(message.acknowledged);
        return this.#device?.send(...this.#held.map((held) => line({ ...held, backlog: true })));
      case "ack":
        return this.#acknowledge(message.seq);
      case "set":
        return this.#follow(message.id, message.values);
      case "ping":
        return this.#device?.send(line({ type: "pong" }));
      default:
    }
  }

  #acknowledge(seq: number): void {
    for (const { type } of this.#held.filter((held) => held.seq <= seq)) {
      if (type === "logs") this.safe.logs += 1;
      if (type === "marker") this.safe.markers += 1;
    }
    this.#held = this.#held.filter((held) => held.seq > seq);
  }

  #follow(set: number, values: JsonObject): void {
    const results: Record<string, JsonObject> = {};
    for (const name of Object.keys(values)) {
      this.#world.told(this, set, name, this.connections);
      const result = this.#world.answer(set, name);
      if (isJsonObject(result)) results[name] = result;
    }
    if (Object.keys(results).length > 0) this.#device?.send(line({ type: "applied", id: set, results }));
  }
}
