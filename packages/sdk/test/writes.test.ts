import { beforeEach, describe, expect, test } from "vitest";

import { formatAnswer } from "../src/answers.ts";
import { REMEMBERED_WRITES } from "../src/limits.ts";
import { Writes, reject, type KnownVariables, type SetHandler } from "../src/writes.ts";

let answers: object[];
let writes: Writes;
let told: string[];
let kinds: Record<string, "float" | "boolean">;

beforeEach(() => {
  answers = [];
  told = [];
  kinds = { speed: "float" };
  const known: KnownVariables = {
    kind: (name) => kinds[name],
    value: (name) => (name === "speed" ? "3.2" : undefined),
  };
  writes = new Writes(known, (problem) => told.push(problem));
});

function apply(id: number, values: Record<string, number | string>): void {
  writes.apply(id, values, (results) => {
    const [line = ""] = formatAnswer(id, results, 65_536).lines;
    answers.push(JSON.parse(line).results);
  });
}

/** A handler that ends when the test says so. */
function slow(): { handler: SetHandler; calls: unknown[]; finish: (value?: number) => void } {
  const calls: unknown[] = [];
  const waiting: ((value: number | undefined) => void)[] = [];
  return {
    calls,
    handler: (value) => {
      calls.push(value);
      return new Promise((resolve) => waiting.push(resolve));
    },
    finish: (value) => waiting.shift()?.(value),
  };
}

describe("a trigger", () => {
  test("answers true, whatever its handler returns, and says why it didn't go off", async () => {
    writes.onTrigger("restart", () => 5);
    writes.onTrigger("later", () => Promise.resolve("done"));
    writes.onTrigger("jammed", () => reject("not during a fight"));
    writes.onTrigger("broken", async () => {
      throw new Error("stuck");
    });
    apply(1, { restart: "true", later: "true", jammed: "true", broken: "true" });
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(answers).toEqual([
      {
        restart: { value: true },
        later: { value: true },
        jammed: { error: "not during a fight" },
        broken: { error: "stuck" },
      },
    ]);
  });

  test("that comes again is answered again and doesn't go off again", () => {
    let presses = 0;
    writes.onTrigger("restart", () => (presses += 1));
    apply(1, { restart: "true" });
    apply(1, { restart: "true" });
    apply(2, { restart: "true" });
    expect(presses).toBe(2);
    expect(answers).toHaveLength(3);
  });
});

describe("one answer for each variable", () => {
  test("what the handler returns is what was applied", () => {
    writes.onSet("speed", () => 9);
    apply(1, { speed: 12 });
    expect(answers).toEqual([{ speed: { value: 9 } }]);
  });

  test("a handler that returns nothing applied the value as it came", () => {
    writes.onSet("speed", () => undefined);
    apply(1, { speed: 5 });
    expect(answers).toEqual([{ speed: { value: 5 } }]);
  });

  test("rejecting, throwing, an unknown name and a wrong kind each say why, with the value there is", () => {
    writes.onSet("speed", () => reject("out of range"));
    writes.onSet("gear", () => {
      throw new Error("stuck");
    });
    apply(1, { speed: 99, gear: 1, wings: 2 });
    apply(2, { speed: "fast" });
    expect(answers).toEqual([
      {
        speed: { error: "out of range", value: 3.2 },
        gear: { error: "stuck" },
        wings: { error: "not writable here" },
      },
      { speed: { error: 'expected a number, got: "fast"', value: 3.2 } },
    ]);
  });

  test("a handler gets the value in its declared kind", () => {
    const got: unknown[] = [];
    writes.onSet("speed", (value) => {
      got.push(value);
      return undefined;
    });
    apply(1, { speed: "5" });
    expect(got).toEqual([5]);
  });

  test.each([
    ["gear", Number.NaN, "a JSON value, got: NaN"],
    ["gear", () => 1, "a JSON value, got: something that can't be written as JSON"],
    ["speed", null, "a number, got: null"],
    ["speed", [3], "a number, got: [3]"],
  ])("what a handler of %s returns by accident is an error, and told: %s", (name, returned, wrong) => {
    writes.onSet(name, () => returned as never);
    apply(1, { [name]: 1 });
    const error = `expected what the handler of ${name} returns to be ${wrong}`;
    expect(answers).toEqual([{ [name]: name === "speed" ? { error, value: 3.2 } : { error } }]);
    expect(told).toEqual([error]);
  });

  test("what a handler throws or rejects with is text, whatever it is", async () => {
    writes.onSet("bare", () => {
      throw Object.create(null);
    });
    writes.onSet("later", () => Promise.reject(Object.create(null)));
    writes.onSet("odd", () => reject(5 as never));
    apply(1, { bare: 1, later: 1, odd: 1 });
    await settle();
    expect(answers).toEqual([{ bare: { error: "{}" }, later: { error: "{}" }, odd: { error: "5" } }]);
  });

  test("is what was returned then, though the game goes on changing it", () => {
    const circle: Record<string, unknown> = { gear: 1 };
    writes.onSet("gear", () => circle as never);
    apply(1, { gear: 1 });
    circle["self"] = circle;
    apply(1, { gear: 1 });
    expect(answers).toEqual([{ gear: { value: { gear: 1 } } }, { gear: { value: { gear: 1 } } }]);
  });
});

describe("a repeated id", () => {
  test("is answered the same again without applying again", () => {
    let calls = 0;
    writes.onSet("speed", () => ++calls);
    apply(7, { speed: 5 });
    apply(7, { speed: 5 });
    expect(answers).toEqual([{ speed: { value: 1 } }, { speed: { value: 1 } }]);
  });

  test("is rejected where its variable was declared since, and can't have that value any more", () => {
    let calls = 0;
    writes.onSet("lamp", () => (calls += 0.5));
    apply(7, { lamp: 1 });
    kinds["lamp"] = "boolean";
    apply(7, { lamp: 1 });
    expect(calls).toBe(0.5);
    expect(answers).toEqual([
      { lamp: { value: 0.5 } },
      { lamp: { error: "expected what the handler of lamp returned to be true or false, got: 0.5" } },
    ]);
  });

  test("with only the values still open is answered for those", () => {
    writes.onSet("speed", () => undefined);
    writes.onSet("gear", () => undefined);
    apply(7, { speed: 5, gear: 2 });
    apply(7, { gear: 2 });
    expect(answers[1]).toEqual({ gear: { value: 2 } });
  });

  test("is applied again once the server began a new session", () => {
    let calls = 0;
    writes.onSet("speed", () => ++calls);
    apply(7, { speed: 5 });
    writes.forget();
    apply(7, { speed: 5 });
    expect(answers[1]).toEqual({ speed: { value: 2 } });
  });

  test("is remembered for the newest writes only", () => {
    let calls = 0;
    writes.onSet("speed", () => ++calls);
    for (let id = 1; id <= REMEMBERED_WRITES + 1; id++) apply(id, { speed: 5 });
    apply(2, { speed: 5 });
    expect(calls).toBe(REMEMBERED_WRITES + 1);
    apply(1, { speed: 5 });
    expect(calls).toBe(REMEMBERED_WRITES + 2);
  });
});

describe("handlers that take their time", () => {
  test("answer when all are done, and one still at work isn't called again for the same id", async () => {
    const { handler, calls, finish } = slow();
    writes.onSet("speed", handler);
    writes.onSet("gear", () => undefined);
    apply(1, { speed: 5, gear: 1 });
    apply(1, { speed: 5, gear: 1 });
    expect(answers).toEqual([]);
    finish(4);
    await settle();
    expect(calls).toEqual([5]);
    expect(answers).toEqual([{ speed: { value: 4 }, gear: { value: 1 } }]);
  });

  test("get the writes of one variable one after another", async () => {
    const { handler, calls, finish } = slow();
    writes.onSet("speed", handler);
    apply(1, { speed: 5 });
    apply(2, { speed: 6 });
    expect(calls).toEqual([5]);
    finish();
    await settle();
    expect(calls).toEqual([5, 6]);
    finish();
    await settle();
    expect(answers).toEqual([{ speed: { value: 5 } }, { speed: { value: 6 } }]);
  });

  test("reject the write when they fail", async () => {
    writes.onSet("speed", () => Promise.reject(new Error("no fuel")));
    apply(1, { speed: 5 });
    await settle();
    expect(answers).toEqual([{ speed: { error: "no fuel", value: 3.2 } }]);
  });

  test("answer nobody when the session they were asked in is gone", async () => {
    const { handler, finish } = slow();
    writes.onSet("speed", handler);
    apply(1, { speed: 5 });
    writes.forget();
    finish();
    await settle();
    expect(answers).toEqual([]);
  });
});

/** Lets every promise that is ready come to its end. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
