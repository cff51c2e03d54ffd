/** Whatever a game hands over, at whatever moment: nothing throws, each line is one that the server takes, and what is right arrives. */

import fc from "fast-check";
import { expect, test } from "vitest";

import { KIND_NAMES, kindOf, type DeviceMessage, type JsonValue, type KindName } from "@wheelhouse/protocol";
import { connect, type Environment, type Game, type LinkEvents } from "@wheelhouse/sdk";

import { WELCOME, toMessage } from "./scripted-server.ts";

/** A world without sockets, whose ticks end and whose time passes when the test says so. */
class Loopback implements Environment {
  readonly #deferred: (() => void)[] = [];
  readonly #kinds = new Map<string, KindName>();
  readonly messages: DeviceMessage[] = [];
  #events: LinkEvents | undefined;
  #timer: (() => void) | undefined;
  #atMs = 0;

  now = (): number => 1_764_000_000_000;
  monotonicMs = (): number => this.#atMs;
  random = (): number => 0;

  after(_delayMs: number, task: () => void): () => void {
    this.#timer = task;
    return () => undefined;
  }

  defer(task: () => void): void {
    this.#deferred.push(task);
  }

  open: Environment["open"] = (_address, events) => {
    this.#events = events;
    const add = (text: string) => {
      for (const line of text.trimEnd().split("\n")) this.messages.push(toMessage(line, this.#kinds));
    };
    return { write: add, end: () => undefined, destroy: () => undefined };
  };

  endTick(): void {
    for (const task of this.#deferred.splice(0)) task();
  }

  welcome(welcome: Partial<typeof WELCOME> = {}): void {
    this.#events?.opened();
    this.receive({ ...WELCOME, ...welcome });
  }

  /** The connection is cut; the next one goes on with the session, of which nothing was stored. */
  comeBack(): void {
    this.#events?.closed();
    this.#atMs += 10_000;
    this.#timer?.();
    this.welcome({ resumed: true });
  }

  receive(message: object): void {
    this.#events?.received(`${JSON.stringify(message)}\n`);
  }
}

/** Made when it is handed over: the test's own library couldn't look at some of it. */
const odd = fc.constantFrom<(() => unknown)[]>(
  () => circle(),
  () => deep(61),
  () => deep(62),
  () => deep(5_000),
  () => Object.defineProperty({}, "a", { enumerable: true, get: fail }),
  () => ({ toJSON: fail }),
  () => ({ toJSON: () => deep(70) }),
  () => ({ toJSON: () => Number.NaN }),
  () => ({ toJSON: () => undefined }),
  () => new Date(Number.NaN),
  () => revoked(),
  () => Symbol("odd"),
  () => fail,
  () => [Number.NaN, 1],
  () => [1, undefined, 2],
  () => "x".repeat(70_000),
  () => "\ud800",
  () => new Number(0.5),
);
const anything = fc.oneof(
  fc
    .oneof(
      fc.jsonValue(),
      fc.anything({
        withBigInt: true,
        withBoxedValues: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withObjectString: true,
        withSet: true,
        withSparseArray: true,
        withTypedArray: true,
      }),
    )
    .map((value) => () => value),
  odd,
);
const name = fc.oneof(
  fc.constantFrom(...KIND_NAMES),
  fc.constantFrom("free", "__proto__", "", ".", "\ud800"),
);
const step = fc.oneof(
  fc.record({ do: fc.constant("send" as const), name, value: anything }),
  fc.record({ do: fc.constant("send_it" as const), values: anything }),
  fc.record({ do: fc.constant("log" as const), message: anything, fields: anything }),
  fc.record({ do: fc.constant("mark" as const), name, fields: anything }),
  fc.record({ do: fc.constant("answer" as const), name: fc.constantFrom(...KIND_NAMES), value: anything }),
  fc.record({
    do: fc.constantFrom("end_tick", "declare", "welcome", "come_back"),
  }),
);

test("nothing throws, no line is refused, nothing that is right is lost", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const world = new Loopback();
      const game = connect({ key: "AbCdEf123456", device: "dev" }, world);
      let writes = 0;
      let isWelcomed = false;
      for (const [index, next] of steps.entries()) {
        if (next.do === "send") game.send(Object.fromEntries([[next.name, next.value()]]) as never);
        else if (next.do === "send_it") game.send(next.values() as never);
        else if (next.do === "log") game.log("info", next.message() as never, next.fields() as never);
        else if (next.do === "mark") game.marker(next.name, next.fields() as never);
        else if (next.do === "end_tick") world.endTick();
        else if (next.do === "declare") declareAll(game);
        else if (next.do === "welcome" && !isWelcomed) {
          isWelcomed = true;
          world.welcome();
        } else if (next.do === "come_back" && isWelcomed) {
          world.comeBack();
          for (let id = 1; id <= writes; id++) world.receive({ type: "set", id, values: { boolean: true } });
        } else if (next.do === "answer" && isWelcomed) {
          game.onSet(next.name, () => next.value() as never);
          world.receive({ type: "set", id: ++writes, values: { [next.name]: true } });
        }
        game.send({ counter: index });
        game.log("info", `step ${index}`);
      }
      if (!isWelcomed) world.welcome();
      world.endTick();
      expect(newest(world.messages, "counter")).toBe(steps.length === 0 ? undefined : steps.length - 1);
      const lines = new Map(
        world.messages.flatMap((line) => (line.type === "logs" ? [[line.seq, line]] : [])),
      );
      const logged = [...lines.values()].flatMap(({ entries }) => entries);
      for (const index of steps.keys())
        expect(logged.filter(({ message }) => message === `step ${index}`)).toHaveLength(1);
      const answered = world.messages.filter(({ type }) => type === "applied");
      expect(new Set(answered.map((line) => (line.type === "applied" ? line.id : 0))).size).toBe(writes);
    }),
    { numRuns: 300 },
  );
});

test("values of their declared kinds all arrive", () => {
  const world = new Loopback();
  const game = connect({ key: "AbCdEf123456", device: "dev" }, world);
  declareAll(game);
  const values: Record<KindName, JsonValue> = {
    boolean: true,
    integer: 1,
    float: 0.5,
    string: "text",
    enum: "a",
    color: "#fff",
    vector: [1, 2],
    json: { a: null },
    trigger: true,
  };
  game.send(values);
  world.welcome();
  world.endTick();
  for (const kind of KIND_NAMES) {
    expect(kindOf(kind).parse(values[kind])).toBeDefined();
    expect(newest(world.messages, kind)).toEqual(values[kind]);
  }
});

/** A variable of each kind, called so. */
function declareAll(game: Game): void {
  game.declare(
    Object.fromEntries(KIND_NAMES.map((kind) => [kind, { kind, writable: true, options: ["a", "b"] }])),
  );
}

function newest(messages: readonly DeviceMessage[], variable: string): JsonValue | undefined {
  return messages
    .flatMap((line) => (line.type === "variables" ? [line.values[variable]] : []))
    .findLast((value) => value !== undefined);
}

function deep(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

function circle(): unknown {
  const itself: unknown[] = [];
  itself.push(itself, itself);
  return itself;
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function fail(): never {
  throw Object.create(null);
}
