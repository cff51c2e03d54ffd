/** The golden conversations that a game can have of its own accord, with the client in the device's place. */

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { parseDeviceMessage, parseServerMessage, type DeviceMessage } from "@wheelhouse/protocol";
import {
  createBindings,
  expandOutgoing,
  loadConversations,
  type Bindings,
  type Conversation,
  type Step,
} from "@wheelhouse/protocol/golden";
import { connect, reject, type Game } from "@wheelhouse/sdk";

import { ManualEnvironment } from "./manual-environment.ts";
import { ScriptedServer, type ScriptedConnection } from "./scripted-server.ts";

const NAMES = [
  "d2-hello",
  "d2-variables",
  "d2-logs",
  "d2-marker",
  "d2-resume",
  "d2-trigger",
  "d2-write-applied",
  "d2-write-clamped",
  "d2-write-rejected",
  "d2-write-twice",
  "d2-write-replaced",
  "d2-write-reverted",
  "d2-write-expired",
  "d2-write-cancelled",
];
const conversations = loadConversations().filter(({ name }) => NAMES.includes(name));

let server: ScriptedServer;
let environment: ManualEnvironment;
let game: Game;

test("all of them are there", () => {
  expect(conversations.map(({ name }) => name).toSorted()).toEqual(NAMES.toSorted());
});

describe.each(conversations)("$name", (conversation) => {
  beforeEach(async () => {
    server = await ScriptedServer.listen();
    environment = new ManualEnvironment();
  });

  afterEach(async () => {
    const closed = game.close({ timeoutMs: 0 });
    environment.advance(1_000);
    await closed;
    await server.close();
  });

  test(conversation.title, () => play(conversation));
});

async function play({ name, steps }: Conversation): Promise<void> {
  const bindings = createBindings({
    key: "AbCdEf123456",
    other: "",
    wrong: "",
    now: () => environment.now(),
  });
  bindings.captures.set("session", "s1").set("set", "41").set("set2", "42");
  game = connect({ key: bindings.key, device: name, tcp: `127.0.0.1:${server.port}` }, environment);
  prepareAnswers(steps, bindings);
  let connection = await server.connection();
  for (const step of steps) {
    if (step.type === "device_sends") {
      const message = parseDeviceMessage(expandOutgoing(step, bindings)) as DeviceMessage;
      // When a client asks whether the server is there, is its own affair.
      if (message.type !== "ping") await say(message, connection, step.source);
    } else if (step.type === "server_answers" && !step.template.includes(`"pong"`)) {
      const line = expandOutgoing({ template: step.template.replaceAll("$text", "text") }, bindings);
      const message = parseServerMessage(line);
      if (message === undefined) throw new Error(`expected a server's line, got: ${line}`);
      connection.send(message);
      if (message.type === "welcome") await reaches("connected");
    } else if (step.type === "connection_cut") {
      connection.cut();
      await reaches("waiting");
    } else if (step.type === "reconnects") {
      environment.advance(5_000);
      connection = await server.connection();
    }
  }
}

/** What the game answers by itself, later in the conversation. */
function prepareAnswers(steps: readonly Step[], bindings: Bindings): void {
  const answers = new Map<string, unknown[]>();
  for (const step of steps) {
    if (step.type !== "device_sends") continue;
    const message = parseDeviceMessage(expandOutgoing(step, bindings));
    if (message.type !== "applied") continue;
    for (const [name, result] of Object.entries(message.results)) {
      const answer = "error" in result ? reject(result.error) : result.value;
      answers.set(name, [...(answers.get(name) ?? []), answer]);
    }
  }
  for (const [name, queue] of answers) game.onSet(name, () => queue.shift() as number);
}

/** Has the game say it, where that isn't an answer, and looks at what it said. */
async function say(message: DeviceMessage, connection: ScriptedConnection, source: string): Promise<void> {
  switch (message.type) {
    case "declare":
      game.declare(
        Object.fromEntries(
          message.variables.map(({ declaration, value }) => [
            declaration.name,
            value === undefined ? declaration : { ...declaration, value },
          ]),
        ),
      );
      break;
    case "variables":
      game.send(message.values);
      break;
    case "logs":
      for (const { level, message: text, fields } of message.entries) game.log(level, text, fields);
      break;
    case "marker":
      game.marker(message.name, message.fields);
      break;
    default:
  }
  expect(withoutTimes(await nextOf(message.type, connection)), source).toEqual(withoutTimes(message));
}

/** Declarations come again after each welcome, which the conversations leave out. */
async function nextOf(type: DeviceMessage["type"], connection: ScriptedConnection): Promise<DeviceMessage> {
  for (;;) {
    const message = await connection.next();
    if (message.type === type || message.type !== "declare") return message;
  }
}

/** What a game sends for itself: its times, and what it says of itself in a hello. */
function withoutTimes(message: DeviceMessage): unknown {
  const own = new Set(["at", "now", "name", "app", "build", "tags"]);
  const skipped = message.type === "hello" ? own : new Set(["at", "backlog"]);
  return JSON.parse(JSON.stringify(message, (key, value: unknown) => (skipped.has(key) ? undefined : value)));
}

function reaches(status: Game["status"]): Promise<void> {
  if (game.status === status) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = game.on("status", (now) => {
      if (now !== status) return;
      stop();
      resolve();
    });
  });
}
