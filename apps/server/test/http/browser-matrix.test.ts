/** Every combination of what a browser may say of where a request comes from: only the right ones pass, over HTTP and the live socket. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { tryLive } from "../live/support.ts";
import { startLastingServer, type TestServer } from "../support.ts";
import { send } from "./support.ts";

let wheelhouse: TestServer;
let token: string;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
  const made = await wheelhouse.api<{ token: string }>("/tokens", { method: "POST", body: { name: "t" } });
  token = made.body.token;
});
afterAll(() => wheelhouse.stop());

type Choice = readonly [said: string | undefined, isRight: boolean];

const HOSTS: readonly Choice[] = [
  ["127.0.0.1:PORT", true],
  ["localhost:PORT", true],
  ["evil.test", false],
  ["127.0.0.1.evil.test:PORT", false],
];
/** Right only where it is the host's own. */
const ORIGINS: readonly (string | undefined)[] = [
  undefined,
  "http://HOST",
  "https://HOST",
  "http://evil.test",
  "http://127.0.0.1:1",
  "null",
  "",
];
const SITES: readonly Choice[] = [
  [undefined, true],
  ["same-origin", true],
  ["none", true],
  ["same-site", false],
  ["cross-site", false],
];
const TYPES: readonly Choice[] = [
  ["application/json", true],
  ["text/plain", false],
  [undefined, false],
];
const CREDENTIALS = ["cookie", "token", "none"] as const;

const combinations = HOSTS.flatMap((host) =>
  ORIGINS.flatMap((origin) =>
    SITES.flatMap((site) =>
      TYPES.flatMap((type) => CREDENTIALS.map((credential) => ({ host, origin, site, type, credential }))),
    ),
  ),
);

type Combination = (typeof combinations)[number];

function headersOf({ host, origin, site, type, credential }: Combination): Record<string, string> {
  const own = (host[0] ?? "").replace("PORT", String(wheelhouse.server.http.port));
  const shown = {
    cookie: { cookie: wheelhouse.cookie },
    token: { authorization: `Bearer ${token}` },
    none: {},
  };
  return {
    host: own,
    ...(origin === undefined ? {} : { origin: origin.replace("HOST", own) }),
    ...(site[0] === undefined ? {} : { "sec-fetch-site": site[0] }),
    ...(type[0] === undefined ? {} : { "content-type": type[0] }),
    ...shown[credential],
  };
}

/** What the pages of the API say, in their words. */
function expectedStatus({ host, origin, site, type, credential }: Combination): readonly number[] {
  if (!host[1]) return [421];
  // A token needs none of it; but what isn't JSON still isn't read.
  if (credential === "token") return type[1] ? [201] : [201, 415, 422];
  const isOwnOrigin = origin === undefined || origin === "http://HOST";
  if (!isOwnOrigin || !site[1]) return [403];
  if (!type[1]) return [415];
  return credential === "cookie" ? [201] : [401];
}

test(`${combinations.length} requests that would make a key`, async () => {
  const { server, project } = wheelhouse;
  const keys = async () =>
    (await wheelhouse.api<{ deviceKeys: unknown[] }>(`/projects/${project}/device-keys`)).body.deviceKeys
      .length;
  const before = await keys();
  let made = 0;
  for (const combination of combinations) {
    const { status } = await send(server, {
      method: "POST",
      path: `/api/v1/projects/${project}/device-keys`,
      headers: headersOf(combination),
      body: `{"name":"key"}`,
    });
    expect(expectedStatus(combination), `${status} for ${JSON.stringify(combination)}`).toContain(status);
    if (status === 201) made += 1;
  }
  expect(combinations.length).toBeGreaterThanOrEqual(300);
  expect((await keys()) - before).toBe(made);
  expect(made).toBeGreaterThan(10);
});

test("the same over the live socket, which a browser opens with an origin always", async () => {
  const sockets = combinations.filter(({ type }) => type[0] === "application/json");
  for (const combination of sockets) {
    const { host, origin, credential } = combination;
    const headers = headersOf(combination);
    const isNobody = credential === "none" && origin === undefined;
    const isForeign = credential !== "token" && origin !== "http://HOST" && !isNobody;
    const expected = !host[1] ? 421 : isForeign ? 403 : credential === "none" ? 401 : 101;
    expect(await tryLive(wheelhouse.server, headers), JSON.stringify(combination)).toBe(expected);
  }
  expect(sockets.length).toBeGreaterThanOrEqual(300);
});
