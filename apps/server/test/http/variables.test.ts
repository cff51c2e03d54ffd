import type { Answer } from "@wheelhouse/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLastingServer, type ApiAnswer, type TestServer } from "../support.ts";
import { connectGame } from "./support.ts";

let wheelhouse: TestServer;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

type ChangeAnswer = ApiAnswer<Answer<"changeVariables">>;

function change(device: string, values: object, query = ""): Promise<ChangeAnswer> {
  const path = `/projects/${wheelhouse.project}/devices/${device}/variables${query}`;
  return wheelhouse.api(path, { method: "PATCH", body: { values } });
}

async function variable(device: string, name: string) {
  const path = `/projects/${wheelhouse.project}/devices/${device}/variables`;
  const { body } = await wheelhouse.api<Answer<"variables">>(path);
  return body.variables.find((found) => found.name === name);
}

test("a change reaches the device as one set, and its answer is stored", async () => {
  const game = await connectGame(wheelhouse, "told");
  const { status, body } = await change("told", { speed: 5, name: "Bob" });
  expect(status).toBe(202);
  expect(body.writes).toMatchObject([
    { name: "speed", value: 5, applied: null },
    { name: "name", value: "Bob", applied: null },
  ]);
  expect(await game.next()).toEqual({ type: "set", id: body.set, values: { speed: 5, name: "Bob" } });

  const waiting = change("told", { speed: 6 }, "?waitMs=20000");
  const { id } = await game.next();
  game.say({ type: "applied", id: body.set, results: { name: { error: "taken", value: "Ann" } } });
  game.say({ type: "applied", id, results: { speed: { value: 5.5 } } });
  const waited = await waiting;
  expect(waited.status).toBe(200);
  expect(waited.body.writes).toMatchObject([
    { name: "speed", value: 6, state: "applied", applied: 5.5, reason: null },
  ]);
  expect(await variable("told", "speed")).toMatchObject({
    reported: { value: 5.5 },
    desired: { state: "applied" },
  });
  expect(await variable("told", "name")).toMatchObject({
    reported: { value: "Ann" },
    desired: { state: "rejected", reason: "taken" },
  });
});

test("a change that waits in vain is stored all the same", async () => {
  const game = await connectGame(wheelhouse, "mute");
  const { status, body } = await change("mute", { speed: 5 }, "?waitMs=1");
  expect(status).toBe(202);
  expect(body.writes).toMatchObject([{ name: "speed", value: 5 }]);
  expect(await game.next()).toMatchObject({ type: "set", id: body.set });
});

test("a change of a device that is away waits for it", async () => {
  const game = await connectGame(wheelhouse, "absent");
  await game.line.cut();
  const { status, body } = await change("absent", { speed: 5 });
  expect(status).toBe(202);
  expect(body.writes).toMatchObject([{ state: "pending" }]);
  const again = await connectGame(wheelhouse, "absent");
  expect(await again.next()).toEqual({ type: "set", id: body.set, values: { speed: 5 } });
});

test("a value is brought into its kind before the device is asked", async () => {
  const game = await connectGame(wheelhouse, "kind");
  expect((await change("kind", { speed: "5" })).status).toBe(202);
  expect(await game.next()).toMatchObject({ values: { speed: 5 } });
});

test("changes of several people at once all count, the last is the newest", async () => {
  await connectGame(wheelhouse, "crowd");
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => change("crowd", { speed: index % 9 })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 202));
  const sets = answers.map(({ body }) => body.set);
  expect(new Set(sets).size).toBe(20);
  const path = `/projects/${wheelhouse.project}/writes?device=crowd`;
  const { body } = await wheelhouse.api<Answer<"writes">>(path);
  const open = body.writes.filter(({ state }) => state === "pending" || state === "sent");
  expect(open.map(({ set }) => set)).toEqual([Math.max(...sets)]);
  expect((await variable("crowd", "speed"))?.desired?.set).toBe(Math.max(...sets));
});

test("a history has its span, and keeps peaks when it is thinned", async () => {
  const game = await connectGame(wheelhouse, "past");
  const began = Date.now() - 60_000;
  const samples = Array.from({ length: 200 }, (_, index) => ({
    at: began + index * 100,
    value: index === 77 ? 1_000 : index % 5,
  }));
  for (const { at, value } of samples) game.tell({ type: "variables", at, values: { height: value } });
  await game.store({ type: "variables", at: began + 30_000, values: { height: 4 } });
  const ask = async (query: string) => {
    const path = `/projects/${wheelhouse.project}/devices/past/variables/height/history${query}`;
    return (await wheelhouse.api<Answer<"history">>(path)).body.points;
  };
  expect(await ask("")).toHaveLength(201);
  const thinned = await ask("?points=20");
  expect(thinned.length).toBeLessThanOrEqual(20);
  expect(thinned.map(([, value]) => value)).toContain(1_000);
  expect(thinned.map(([at]) => at)).toEqual(
    thinned.map(([at]) => at).toSorted((left, right) => left - right),
  );
  expect(await ask(`?from=${began + 100}&to=${began + 300}`)).toEqual([
    [began + 100, 1],
    [began + 200, 2],
    [began + 300, 3],
  ]);
});
