/** Changes over HTTP: for how long, of many devices at once, found again, taken back. */

import type { Answer } from "@wheelhouse/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLastingServer, type ApiAnswer, type TestServer } from "../support.ts";
import { connectGame, type TestGame } from "./support.ts";

let wheelhouse: TestServer;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly field?: string };
}

function ask<Body>(path: string, method: "GET" | "POST" | "PATCH" | "DELETE", body?: object) {
  return wheelhouse.api<Body>(`/projects/${wheelhouse.project}${path}`, {
    method,
    ...(body === undefined ? {} : { body }),
  });
}

function change(device: string, body: object): Promise<ApiAnswer<Answer<"changeVariables"> & Refused>> {
  return ask(`/devices/${device}/variables`, "PATCH", body);
}

async function changed(device: string, values: object): Promise<number> {
  return (await change(device, { values })).body.writes[0]?.id ?? 0;
}

async function writes(query: string): Promise<Answer<"writes">> {
  const { status, body } = await ask<Answer<"writes">>(`/writes?${query}`, "GET");
  expect(status, query).toBe(200);
  return body;
}

async function answer(game: TestGame, results: object): Promise<void> {
  const { id } = await game.next();
  game.say({ type: "applied", id, results });
}

describe("how long a change lasts", () => {
  test("is 7 days, or what is asked for", async () => {
    await connectGame(wheelhouse, "lasting");
    await change("lasting", { values: { speed: 5 } });
    await change("lasting", { values: { name: "Bob" }, expiresInMs: 3_600_000 });
    const [named, speeded] = (await writes("device=lasting")).writes;
    expect((named?.expiresAt ?? 0) - (named?.createdAt ?? 0)).toBe(3_600_000);
    expect((speeded?.expiresAt ?? 0) - (speeded?.createdAt ?? 0)).toBe(7 * 24 * 3_600_000);
  });

  test("is at an end when somebody waits for it", async () => {
    const game = await connectGame(wheelhouse, "brief");
    const waiting = ask<Answer<"changeVariables">>("/devices/brief/variables?waitMs=30000", "PATCH", {
      values: { speed: 5 },
      expiresInMs: 1,
    });
    expect(await game.next()).toMatchObject({ type: "set" });
    expect(await waiting).toMatchObject({ status: 200, body: { writes: [{ state: "expired" }] } });
  });

  test.each([0, -1, 1.5, "1000", null, 365 * 24 * 3_600_000 + 1])(
    "%j isn't a time to last",
    async (expiresInMs) => {
      await connectGame(wheelhouse, "strict");
      const { status, body } = await change("strict", { values: { speed: 5 }, expiresInMs });
      expect(status).toBe(422);
      expect(body.error).toMatchObject({ code: "invalid", field: "expiresInMs" });
    },
  );

  test("a change of nothing is none", async () => {
    await connectGame(wheelhouse, "strict");
    expect(await change("strict", { values: {} })).toMatchObject({
      status: 422,
      body: { error: { code: "invalid", field: "values" } },
    });
  });
});

test("a trigger is pressed while its device is there, and refused when it isn't", async () => {
  const game = await connectGame(wheelhouse, "pressed");
  game.say({ type: "declare", variables: [{ name: "restart", kind: "trigger", writable: true }] });
  await game.store({ type: "variables", values: { lives: 1 } });
  const waiting = ask<Answer<"changeVariables">>("/devices/pressed/variables?waitMs=20000", "PATCH", {
    values: { restart: true },
  });
  await answer(game, { restart: { value: true } });
  expect(await waiting).toMatchObject({
    status: 200,
    body: { writes: [{ state: "applied", applied: true }] },
  });
  const [write] = (await writes("device=pressed")).writes;
  expect((write?.expiresAt ?? 0) - (write?.createdAt ?? 0)).toBe(10_000);
  expect(await ask<Refused>(`/writes/${write?.id}/revert`, "POST", {})).toMatchObject({
    status: 409,
    body: { error: { code: "nothing_before" } },
  });
  game.say({ type: "bye" });
  await game.line.closed;
  expect(await change("pressed", { values: { restart: true } })).toMatchObject({
    status: 409,
    body: { error: { code: "offline", field: "restart" } },
  });
});

describe("a change of many devices", () => {
  test("has a result for each, in their order, whatever becomes of the others", async () => {
    const one = await connectGame(wheelhouse, "many-1");
    const two = await connectGame(wheelhouse, "many-2");
    two.say({ type: "declare", variables: [{ name: "speed", kind: "float", max: 4, writable: true }] });
    await two.store({ type: "variables", values: { lives: 1 } });
    const devices = ["many-2", "many-1", "nobody", "many-1"];
    const { status, body } = await ask<Answer<"changeMany">>("/writes", "POST", {
      devices,
      values: { speed: 5 },
    });
    expect(status).toBe(202);
    expect(body.results).toMatchObject([
      { device: "many-2", error: { code: "out_of_range", field: "speed" } },
      { device: "many-1", set: 1, writes: [{ name: "speed", value: 5 }] },
      { device: "nobody", error: { code: "not_found" } },
    ]);
    expect(await one.next()).toEqual({ type: "set", id: 1, values: { speed: 5 } });
  });

  test("goes to all that have the tag, and may wait for them", async () => {
    const games = await Promise.all(["tag-1", "tag-2"].map((device) => connectGame(wheelhouse, device)));
    for (const device of ["tag-1", "tag-2"])
      await ask(`/devices/${device}`, "PATCH", { tags: ["fleet", device] });
    const waiting = ask<Answer<"changeMany">>("/writes?waitMs=20000", "POST", {
      tag: "fleet",
      values: { name: "Bob" },
    });
    for (const game of games) await answer(game, { name: { value: "Bob" } });
    const { status, body } = await waiting;
    expect(status).toBe(200);
    expect(body.results).toMatchObject(
      ["tag-1", "tag-2"].map((device) => ({ device, writes: [{ state: "applied" }] })),
    );
    const nobody = await ask<Answer<"changeMany">>("/writes", "POST", { tag: "none", values: { speed: 1 } });
    expect(nobody).toMatchObject({ status: 200, body: { results: [] } });
  });

  test("reaches more devices than are asked at a time", async () => {
    const other = await wheelhouse.addAccount();
    const devices = Array.from({ length: 130 }, (_, index) => `n${index}`);
    const { body } = await other.api<Answer<"changeMany">>(`/projects/${other.project}/writes`, {
      method: "POST",
      body: { devices, values: { speed: 1 } },
    });
    expect(body.results.map(({ device }) => device)).toEqual(devices);
  });

  test.each([
    [{ values: { speed: 1 } }, "devices"],
    [{ values: { speed: 1 }, devices: ["a"], tag: "b" }, "devices"],
    [{ values: { speed: 1 }, devices: [] }, "devices"],
    [{ values: {}, tag: "b" }, "values"],
    [{ tag: "b" }, "values"],
    [{ values: { speed: 1 }, tag: "" }, "tag"],
  ])("%j is none", async (body, field) => {
    const refused = await ask<Refused>("/writes", "POST", body);
    expect(refused).toMatchObject({ status: 422, body: { error: { code: "invalid", field } } });
  });
});

describe("the list of changes", () => {
  test("says who, when, from, to and what became of it, newest first", async () => {
    const game = await connectGame(wheelhouse, "told");
    const asked = changed("told", { speed: 5 });
    await answer(game, { speed: { value: 4.5 } });
    await asked;
    await game.store({ type: "variables", values: { lives: 1 } });
    await changed("told", { speed: 6, name: "Bob" });
    const { writes: listed, next } = await writes("device=told");
    expect(next).toBeNull();
    expect(listed).toMatchObject([
      { name: "name", from: "Ann", value: "Bob", set: 2 },
      { name: "speed", from: 4.5, value: 6, set: 2 },
      { name: "speed", from: 3, value: 5, set: 1, state: "applied", applied: 4.5 },
    ]);
    const me = (await wheelhouse.api<Answer<"me">>("/me")).body.user.email;
    for (const { by, createdAt } of listed) expect([by, createdAt > 0]).toEqual([me, true]);
  });

  test("is found by variable, state and person, and goes on where it ended", async () => {
    await connectGame(wheelhouse, "listed");
    for (let speed = 1; speed <= 7; speed += 1) await changed("listed", { speed });
    await changed("listed", { name: "Bob" });
    const found = async (query: string) =>
      (await writes(`device=listed&${query}`)).writes.map(({ value }) => value);
    expect(await found("name=name")).toEqual(["Bob"]);
    expect(await found("state=replaced")).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await found("state=replaced&name=name")).toEqual([]);
    expect(await found("by=nobody@example.org")).toEqual([]);
    for (const query of ["device=listed&limit=3", "device=listed&limit=3&name=speed"]) {
      const pages: unknown[] = [];
      let cursor: string | null = "";
      while (cursor !== null && pages.length < 10) {
        const page: Answer<"writes"> = await writes(`${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
        pages.push(page.writes.map(({ value }) => value));
        // What is new is on no page after the first.
        if (cursor === "") await changed("listed", { name: query });
        cursor = page.next;
      }
      expect(pages.flat().filter((value) => typeof value === "number")).toEqual([7, 6, 5, 4, 3, 2, 1]);
    }
  });

  test("is found by time, and its pages are full whatever is between what fits", async () => {
    await connectGame(wheelhouse, "timed");
    const ids: number[] = [];
    for (let speed = 1; speed <= 6; speed += 1) {
      ids.unshift(await changed("timed", { speed }));
      await changed("timed", { name: `between ${speed}` });
    }
    const found = async (query: string) =>
      (await writes(`device=timed&name=speed&${query}`)).writes.map(({ id }) => id);
    const times = (await writes("device=timed&name=speed")).writes.map(({ createdAt }) => createdAt);
    const [newest = 0, oldest = 0] = [times[0], times.at(-1)];
    expect(await found(`from=${oldest}&to=${newest}`)).toEqual(ids);
    expect(await found(`from=${newest + 1}`)).toEqual([]);
    expect(await found(`to=${oldest - 1}`)).toEqual([]);
    const first = await writes("device=timed&name=speed&limit=4");
    expect(first.writes.map(({ id }) => id)).toEqual(ids.slice(0, 4));
    expect(await found(`limit=4&cursor=${first.next}`)).toEqual(ids.slice(4));
  });

  test("knows no other state and no other page", async () => {
    for (const query of [
      "state=lost",
      "cursor=0",
      "cursor=x",
      "limit=0",
      "device=a%20b",
      "from=now",
      "to=-1",
    ])
      expect((await ask("/writes?".concat(query), "GET")).status, query).toBe(422);
  });
});

describe("cancelling", () => {
  test("ends an open write, and says who did it", async () => {
    const game = await connectGame(wheelhouse, "undone");
    await game.line.cut();
    const id = await changed("undone", { speed: 5 });
    const { status, body } = await ask<Answer<"cancelWrite">>(`/writes/${id}`, "DELETE");
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, state: "cancelled", reason: expect.stringContaining("cancelled by ") });
    expect(await ask<Refused>(`/writes/${id}`, "DELETE")).toMatchObject({
      status: 409,
      body: { error: { code: "not_open" } },
    });
  });

  test("knows only writes of its project", async () => {
    await connectGame(wheelhouse, "mine");
    const id = await changed("mine", { speed: 5 });
    const other = await wheelhouse.addAccount();
    const path = `/projects/${other.project}/writes/${id}`;
    expect((await other.api(path, { method: "DELETE" })).status).toBe(404);
    expect((await other.api(`${path}/revert`, { method: "POST", body: {} })).status).toBe(404);
    expect((await ask("/writes/999999", "DELETE")).status).toBe(404);
    for (const odd of ["0", "-1", "1e3", "0x10", "none"])
      expect((await ask(`/writes/${odd}`, "DELETE")).status, odd).toBe(422);
  });
});

describe("setting back", () => {
  test("is a new change, to the value from before", async () => {
    const game = await connectGame(wheelhouse, "back");
    const asked = changed("back", { speed: 5 });
    await answer(game, { speed: { value: 5 } });
    const id = await asked;
    await game.store({ type: "variables", values: { lives: 1 } });
    const waiting = ask<Answer<"revertWrite">>(`/writes/${id}/revert?waitMs=20000`, "POST", {
      expiresInMs: 60_000,
    });
    await answer(game, { speed: { value: 3 } });
    expect(await waiting).toMatchObject({
      status: 200,
      body: { set: 2, writes: [{ value: 3, state: "applied" }] },
    });
    const [write] = (await writes("device=back")).writes;
    expect(write).toMatchObject({ from: 5, value: 3 });
    expect((write?.expiresAt ?? 0) - (write?.createdAt ?? 0)).toBe(60_000);
  });

  test("is checked as any change is", async () => {
    const game = await connectGame(wheelhouse, "moved");
    const id = await changed("moved", { speed: 5 });
    game.say({ type: "declare", variables: [{ name: "speed", kind: "float", min: 4, writable: true }] });
    await game.store({ type: "variables", values: { lives: 1 } });
    expect(await ask<Refused>(`/writes/${id}/revert`, "POST", {})).toMatchObject({
      status: 422,
      body: { error: { code: "out_of_range", field: "speed" } },
    });
  });

  test("is to null, where that is what the variable was", async () => {
    const game = await connectGame(wheelhouse, "any");
    game.say({ type: "declare", variables: [{ name: "any", kind: "json", value: null, writable: true }] });
    await game.store({ type: "variables", values: { lives: 1 } });
    const id = await changed("any", { any: 5 });
    expect(await ask<Refused>(`/writes/${id}/revert`, "POST", {})).toMatchObject({
      status: 202,
      body: { writes: [{ value: null }] },
    });
  });

  test("needs a value from before", async () => {
    const game = await connectGame(wheelhouse, "fresh");
    game.say({ type: "declare", variables: [{ name: "fuel", kind: "float", writable: true }] });
    await game.store({ type: "variables", values: { lives: 1 } });
    const id = await changed("fresh", { fuel: 5 });
    expect(await ask<Refused>(`/writes/${id}/revert`, "POST", {})).toMatchObject({
      status: 409,
      body: { error: { code: "nothing_before" } },
    });
  });
});
