/** `npm run bench -- security-access`: thousands of tries to read or write what one may not, over every route and topic. */

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { TOPICS, TOPIC_ACCESS, mayActAs, routes, type Route, type RouteName } from "@wheelhouse/api";
import { atMost, printFigures, type Figure } from "../figure.ts";
import { openSocket } from "./live-socket.ts";
import { gatherIntruders, type Intruder } from "./people.ts";
import { api, registerOwner, withServer, type Registered, type Server } from "./server.ts";

export interface AccessSize {
  readonly tries: number;
}

export const FULL: AccessSize = { tries: 10_000 };
const AT_ONCE = 20;
/** What only members may ever see. */
const SECRET = "planted-secret";

interface Attempt {
  readonly intruder: Intruder;
  readonly name: RouteName;
  readonly path: string;
  readonly route: Route;
}

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure({ tries }: AccessSize): Promise<readonly Figure[]> {
  return withServer(async (server) => {
    const owner = await registerOwner(server);
    await plant(server, owner);
    const intruders = await gatherIntruders(server, owner);
    // By then the token that runs out has.
    await wait(1_100);
    const before = await wholeState(server, owner);
    // The page's first document is what any address of no route answers.
    const { text: page } = await server.ask("/");
    const attempts = plan(intruders, owner, tries);
    const read: string[] = [];
    const statuses: Record<number, number> = {};
    let next = 0;
    async function attack(): Promise<void> {
      for (let attempt = attempts[next++]; attempt !== undefined; attempt = attempts[next++]) {
        const { intruder, route, path, name } = attempt;
        const { status, text } = await server.ask(path, {
          method: route.method,
          headers: intruder.headers,
          ...(route.method === "GET" ? {} : { body: route.example.body ?? {} }),
        });
        statuses[status] = (statuses[status] ?? 0) + 1;
        const isSeen = text.includes(SECRET) || text.includes(owner.deviceKey);
        if ((status < 400 && text !== page) || isSeen)
          read.push(`${intruder.name}: ${name} ${path} ${status}`);
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, attack));
    const watched = await watchAll(server, owner, intruders);
    const after = await wholeState(server, owner);
    console.log(
      `${attempts.length} tries over ${new Set(attempts.map(({ name }) => name)).size} routes by ${intruders.length} intruders: ${JSON.stringify(statuses)} by status; ${watched.tries} subscriptions`,
    );
    for (const line of [...read, ...watched.granted].slice(0, 10)) console.log(`granted: ${line}`);
    return [
      atMost("tries that were granted or saw a secret", read.length, 0, ""),
      atMost("subscriptions that were granted", watched.granted.length, 0, ""),
      atMost("things changed by all of them", before === after ? 0 : 1, 0, ""),
    ];
  });
}

/** Gives the project something to see: a device with a log line, and a write. */
async function plant(server: Server, { deviceKey }: Registered): Promise<void> {
  const socket = connect(server.tcpPort, "127.0.0.1");
  const lines = [
    { type: "hello", protocol: 2, key: deviceKey, device: "game", app: SECRET },
    { type: "declare", variables: [{ name: "speed", kind: "string", value: SECRET, writable: true }] },
    { type: "logs", seq: 1, entries: [{ message: SECRET }] },
  ];
  socket.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  let heard = "";
  while (!heard.includes('"ack","seq":1')) heard += String((await once(socket, "data"))[0]);
  socket.destroy();
  await once(socket, "close");
}

/** Who tries what: every route that isn't theirs, in every disguise of its address, again until there are enough. */
function plan(intruders: readonly Intruder[], owner: Registered, tries: number): readonly Attempt[] {
  const all = Object.entries<Route>(routes) as [RouteName, Route][];
  const forbidden = intruders.flatMap((intruder) =>
    all
      .filter(([, route]) => isForbidden(route, intruder))
      .map(([name, route]) => ({ intruder, name, route })),
  );
  return Array.from({ length: tries }, (_, index) => {
    const each = forbidden[index % forbidden.length];
    if (each === undefined) throw new Error("expected something to be forbidden");
    const disguise = DISGUISES[Math.floor(index / forbidden.length) % DISGUISES.length];
    const params: Record<string, string> = {
      project: owner.project.id,
      device: "game",
      name: "speed",
      user: owner.user.id,
      id: "x",
    };
    const path = each.route.path.replaceAll(/:(\w+)/g, (_match, name: string) => params[name] ?? "");
    return { ...each, path: (disguise ?? api)(api(path)) };
  });
}

const DISGUISES: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `${path}?project=mine&role=owner`,
  (path) => path.replace("/api/v1/", "/api/v1//"),
  (path) => `${path}/`,
  (path) => path.replace("/projects/", "/%70rojects/"),
  (path) => path.replace("/projects/", "/projects/../projects/"),
  (path) => path.replace("/api/v1", "/api/v1/."),
  (path) => path.toUpperCase(),
  (path) => `${path}%00`,
  (path) => `/..${path}`,
  (path) => `http://localhost${path}`,
  (path) => path.replaceAll("/", "%2f").replace("%2f", "/"),
];

function isForbidden({ access, notByToken }: Route, { role, isKnown, headers }: Intruder): boolean {
  if (access === "anyone") return false;
  if (!isKnown) return true;
  if (access === "admin") return true;
  if (access === "account") return notByToken === true && headers["authorization"] !== undefined;
  return role === undefined || !mayActAs(role, access);
}

async function watchAll(server: Server, owner: Registered, intruders: readonly Intruder[]) {
  const granted: string[] = [];
  let tries = 0;
  for (const intruder of intruders)
    for (const topic of TOPICS) {
      const needed = TOPIC_ACCESS[topic];
      if (intruder.role !== undefined && mayActAs(intruder.role, needed)) continue;
      tries += 1;
      const { socket, heard } = await openSocket(server, owner.project.id, topic, intruder.headers);
      socket.destroy();
      if (heard.includes('"snapshot"') || heard.includes(SECRET)) granted.push(`${intruder.name}: ${topic}`);
    }
  return { tries, granted };
}

/** All that the owner can see of the project. */
async function wholeState({ ask }: Server, { project, cookie }: Registered): Promise<string> {
  const parts = [
    "devices",
    "device-keys",
    "members",
    "invitations",
    "writes",
    "logs",
    "devices/game/variables",
  ];
  const answers = [];
  for (const path of [
    ...parts.map((part) => `/projects/${project.id}/${part}`),
    "/me",
    "/projects",
    "/tokens",
    "/invitations",
  ])
    answers.push(
      (await ask(api(path), { headers: { cookie } })).text.replaceAll(
        /"lastUsedAt":\d+|"lastUsedAt":null/g,
        "",
      ),
    );
  return answers.join("\n");
}
