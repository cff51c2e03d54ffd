/** `npm run bench -- security-revocation`: how soon connections end whose key, token, session or membership is taken away. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { atMost, printFigures, quantile, type Figure } from "../figure.ts";
import { openSocket, type Opened } from "./live-socket.ts";
import { api, registerOwner, withServer, type Registered, type Server } from "./server.ts";

export interface RevocationSize {
  /** Connections of each kind. */
  readonly count: number;
}

export const FULL: RevocationSize = { count: 100 };
const CEILING_MS = 1_000;

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure({ count }: RevocationSize): Promise<readonly Figure[]> {
  return withServer(async (server) => {
    const owner = await registerOwner(server);
    return [
      await figure("a revoked device key: devices", () => revokeKey(server, owner, count)),
      await figure("a revoked token: live sockets", () => revokeToken(server, owner, count)),
      await figure("an ended session: live sockets", () => endSession(server, owner, count)),
    ];
  });
}

async function figure(what: string, measureEnds: () => Promise<readonly number[]>): Promise<Figure> {
  const times = await measureEnds();
  const slowest = Math.max(...times);
  console.log(
    `${what}: ${times.length}, median ${quantile(times, 0.5).toFixed(1)} ms, last ${slowest.toFixed(1)} ms`,
  );
  return atMost(`${what} end within`, slowest, CEILING_MS, "ms");
}

/** Of all sockets, how long after that moment each ended. */
async function endsAfter(
  sockets: readonly Socket[],
  act: () => Promise<unknown>,
): Promise<readonly number[]> {
  const began = performance.now();
  const ends = Promise.all(
    sockets.map(async (socket) => {
      await once(socket.resume(), "close");
      return performance.now() - began;
    }),
  );
  await act();
  return ends;
}

async function revokeKey(server: Server, { project, cookie }: Registered, count: number) {
  const path = api(`/projects/${project.id}/device-keys`);
  const made = await server.ask(path, { method: "POST", body: { name: "k" }, headers: { cookie } });
  const { id, key } = JSON.parse(made.text) as { readonly id: string; readonly key: string };
  const devices = [];
  for (let opened = 0; opened < count; opened += 1) {
    const socket = connect(server.tcpPort, "127.0.0.1");
    socket.write(`v:${key}\n`);
    await once(socket, "data");
    devices.push(socket);
  }
  return endsAfter(devices, () => server.ask(`${path}/${id}`, { method: "DELETE", headers: { cookie } }));
}

async function openAll(open: () => Promise<Opened>, count: number): Promise<readonly Socket[]> {
  const sockets = [];
  for (let opened = 0; opened < count; opened += 1) {
    const { socket, heard } = await open();
    if (!heard.includes('"snapshot"')) throw new Error(`expected a snapshot, got: ${heard}`);
    sockets.push(socket);
  }
  return sockets;
}

async function revokeToken(server: Server, { project, cookie }: Registered, count: number) {
  const made = await server.ask(api("/tokens"), { method: "POST", body: { name: "t" }, headers: { cookie } });
  const { id, token } = JSON.parse(made.text) as { readonly id: string; readonly token: string };
  const headers = { authorization: `Bearer ${token}` };
  const sockets = await openAll(() => openSocket(server, project.id, "devices", headers), count);
  return endsAfter(sockets, () =>
    server.ask(api(`/tokens/${id}`), { method: "DELETE", headers: { cookie } }),
  );
}

async function endSession(server: Server, { project, cookie }: Registered, count: number) {
  const sockets = await openAll(() => openSocket(server, project.id, "devices", { cookie }), count);
  return endsAfter(sockets, () => server.ask(api("/session"), { method: "DELETE", headers: { cookie } }));
}
