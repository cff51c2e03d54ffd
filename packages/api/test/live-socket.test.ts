import {
  createLiveSocket,
  type ClientMessage,
  type LiveLineEvents,
  type LiveMessage,
  type Position,
} from "@wheelhouse/api";
import { expect, test } from "vitest";
import { LONGEST_WAIT_MS, backoffMs } from "../src/backoff.ts";

/** A socket on lines that the test holds in its hand: opens, says and cuts them, and decides when a wait is over. */
function setUp(isLoggedIn: () => Promise<boolean> = async () => true) {
  const lines: { events: LiveLineEvents; sent: ClientMessage[] }[] = [];
  const waits: { callback: () => void; ms: number }[] = [];
  const log: string[] = [];
  const told: LiveMessage[] = [];
  let position: Position | undefined;
  let heardOf: (() => void) | undefined;
  const note = (text: string): void => {
    log.push(text);
    heardOf?.();
  };
  const socket = createLiveSocket<"project" | "device">({
    connect(events) {
      const sent: ClientMessage[] = [];
      lines.push({ events, sent });
      note("connect");
      return { send: (text) => void sent.push(JSON.parse(text) as ClientMessage), close: () => undefined };
    },
    isLoggedIn,
    positionOf: (scope) => (scope === "device" ? position : undefined),
    told: (_, message) => void told.push(message),
    connection: (connection) => note(connection),
    loggedOut: () => note("logged out"),
    wait(callback, ms) {
      waits.push({ callback, ms });
      note("wait");
      return () => undefined;
    },
    random: () => 0,
  });
  return {
    socket,
    log,
    told,
    waits,
    lines,
    get line() {
      return lines.at(-1)!;
    },
    say: (message: LiveMessage) => lines.at(-1)!.events.received(JSON.stringify(message)),
    setPosition: (next: Position) => (position = next),
    /** Ends the wait in progress, and resolves when the socket did the next thing. */
    endWait: () =>
      new Promise<void>((resolve) => {
        heardOf = resolve;
        waits.at(-1)!.callback();
      }),
  };
}

const snapshot = (id: number): LiveMessage => ({
  type: "snapshot",
  id,
  epoch: "one",
  offset: 5,
  devices: [],
});
const wantDevice = {
  project: "p",
  device: "game",
  topics: ["variables", "logs"] as ("variables" | "logs")[],
};

test("subscribes once the line is open, and is live with the first snapshot", () => {
  const { socket, line, log, say, told } = setUp();
  socket.want("project", { project: "p", topics: ["devices"] });
  expect(line.sent).toEqual([]);
  line.events.opened();
  expect(line.sent).toEqual([{ type: "subscribe", id: 1, project: "p", topics: ["devices"] }]);
  say(snapshot(1));
  expect(log).toEqual(["connect", "live"]);
  expect(told).toHaveLength(1);
});

test("another device takes the place of the one before, whose late messages count no more", () => {
  const { socket, line, say, told } = setUp();
  line.events.opened();
  socket.want("device", wantDevice);
  socket.want("device", { ...wantDevice, device: "other" });
  expect(line.sent.map(({ type, id }) => [type, id])).toEqual([
    ["subscribe", 1],
    ["unsubscribe", 1],
    ["subscribe", 2],
  ]);
  say(snapshot(1));
  expect(told).toEqual([]);
  say(snapshot(2));
  expect(told).toHaveLength(1);
});

test("after a cut it subscribes again from where it had got to", async () => {
  const setup = setUp();
  const { socket, lines, log, say } = setup;
  socket.want("device", wantDevice);
  setup.line.events.opened();
  say(snapshot(1));
  setup.setPosition({ epoch: "one", offset: 7 });
  setup.line.events.closed();
  await setup.endWait();
  setup.line.events.opened();
  expect(lines).toHaveLength(2);
  expect(setup.line.sent).toEqual([
    { type: "subscribe", id: 2, ...wantDevice, after: { epoch: "one", offset: 7 } },
  ]);
  say(snapshot(2));
  expect(log).toEqual(["connect", "live", "reconnecting", "wait", "connect", "live"]);
});

test("waits longer with each failure, and from the start again once it was live", async () => {
  const setup = setUp();
  setup.socket.want("project", { project: "p", topics: ["devices"] });
  for (let failure = 0; failure < 3; failure += 1) {
    setup.line.events.closed();
    await setup.endWait();
  }
  setup.line.events.opened();
  setup.say(snapshot(1));
  setup.line.events.closed();
  expect(setup.waits.map(({ ms }) => ms)).toEqual([200, 400, 800, 200]);
});

test("a server that can't be reached is tried again; one that knows no session ends it", async () => {
  const answers = [Promise.reject(new TypeError("refused")), Promise.resolve(false)];
  const setup = setUp(() => answers.shift() ?? Promise.resolve(true));
  setup.line.events.closed();
  await setup.endWait();
  expect(setup.lines).toHaveLength(1);
  await Promise.resolve();
  await setup.endWait();
  expect(setup.log.at(-1)).toBe("logged out");
  expect(setup.lines).toHaveLength(1);
});

test("reload subscribes anew", () => {
  const setup = setUp();
  setup.line.events.opened();
  setup.socket.want("device", wantDevice);
  setup.say({ type: "reload", id: 1 });
  expect(setup.line.sent.slice(1)).toEqual([
    { type: "unsubscribe", id: 1 },
    { type: "subscribe", id: 2, ...wantDevice },
  ]);
});

test("what it doesn't understand is passed over", () => {
  const { socket, line, told } = setUp();
  line.events.opened();
  socket.want("device", wantDevice);
  for (const data of ["not JSON", '{"type":"news","id":1}', "null", new ArrayBuffer(1)])
    line.events.received(data);
  expect(told).toEqual([]);
});

test("the wait before an attempt stays between its ends, whatever the dice say", () => {
  for (const random of [0, 0.5, 0.999]) {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      expect(backoffMs(attempt, random)).toBeGreaterThanOrEqual(200);
      expect(backoffMs(attempt, random)).toBeLessThanOrEqual(LONGEST_WAIT_MS);
    }
  }
  expect(backoffMs(10, 0.5)).toBeLessThan(backoffMs(10, 0));
});
