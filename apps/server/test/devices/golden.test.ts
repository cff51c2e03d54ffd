/** The golden conversations, played against a real server: what the wire promises, byte for byte. */

import { jsonEqual } from "@wheelhouse/protocol";
import {
  createBindings,
  expandOutgoing,
  isLowerAck,
  loadConversations,
  matchIncoming,
  type Bindings,
  type Conversation,
  type Step,
} from "@wheelhouse/protocol/golden";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  connectDevice,
  startLastingServer,
  startTestServer,
  type LineClient,
  type TestAccount,
  type TestServer,
} from "../support.ts";
import { watch, type Watch } from "./watch.ts";

let shared: TestServer;

beforeAll(async () => {
  shared = await startLastingServer();
});

afterAll(() => shared.stop());

const conversations = loadConversations();

describe.each(conversations)("$name", (conversation) => {
  test(conversation.title, async () => {
    const drains = conversation.steps.some(({ type }) => type === "server_drains");
    await play(conversation, drains ? await startTestServer() : shared);
  });
});

test("there are conversations of either dialect", () => {
  const dialects = new Set(conversations.map(({ name }) => name.split("-")[0]));
  expect(dialects).toEqual(new Set(["any", "d1", "d2"]));
});

/** A conversation that is under way. */
interface Play {
  readonly server: TestServer;
  readonly account: TestAccount;
  /** The device that it is about. */
  readonly device: string;
  readonly watch: Watch;
  readonly bindings: Bindings;
  client: LineClient;
}

async function play({ name, steps }: Conversation, server: TestServer): Promise<void> {
  const account = await server.addAccount();
  const other = await server.addAccount();
  const playing: Play = {
    server,
    account,
    device: name.startsWith("d1-") ? "anonymous-1" : name,
    watch: await watch(server, account),
    bindings: createBindings({
      key: account.key,
      other: other.key,
      wrong: "nobodysKey00",
      now: () => Date.now(),
    }),
    client: await connectDevice(server.server.tcp.port),
  };
  for (const step of steps) await playStep(playing, step);
}

async function playStep(playing: Play, step: Step): Promise<void> {
  const { server, client, bindings, device } = playing;
  switch (step.type) {
    case "device_sends":
      return client.send(expandOutgoing(step, bindings));
    case "server_answers": {
      let line = await client.nextLine();
      while (isLowerAck(step, line)) line = await client.nextLine();
      return expect(matchIncoming(step, line, bindings), step.source).toBe(true);
    }
    case "server_closes":
      return expect(await client.closed, step.source).toEqual([]);
    case "another_connection_sends":
      return (await connectDevice(server.server.tcp.port)).send(expandOutgoing(step, bindings));
    case "connection_cut":
      return client.cut();
    case "reconnects":
      playing.client = await connectDevice(server.server.tcp.port);
      return;
    case "server_drains":
      return void server.stop();
    case "person_sets":
      return setByPerson(playing, step);
    case "person_is_refused": {
      const { body } = await askToSet(playing, { values: step.values });
      return expect(body.error?.code, step.source).toBe(step.code);
    }
    case "person_cancels":
      return endByPerson(playing, step, { method: "DELETE", path: "", answer: 200 });
    case "person_reverts":
      return endByPerson(playing, step, { method: "POST", path: "/revert", answer: 202 });
    case "person_sees":
      await playing.watch.variable(
        device,
        step.name,
        ({ reported }) => reported !== null && jsonEqual(reported.value, step.value),
      );
      return;
    case "write_becomes": {
      const { desired } = await playing.watch.variable(
        device,
        step.name,
        ({ desired }) => desired?.state === step.state,
      );
      if (step.applied !== undefined) expect(desired?.applied, step.source).toEqual(step.applied);
    }
  }
}

async function setByPerson(playing: Play, step: Extract<Step, { type: "person_sets" }>): Promise<void> {
  const { values, expiresInMs } = step;
  const { status } = await askToSet(playing, {
    values,
    ...(expiresInMs === undefined ? {} : { expiresInMs }),
  });
  expect(status, step.source).toBe(202);
}

function askToSet({ account, device }: Play, body: object) {
  const path = `/projects/${account.project}/devices/${device}/variables`;
  return account.api<{ readonly error?: { readonly code: string } }>(path, { method: "PATCH", body });
}

/** Does something about the newest write of a variable. */
async function endByPerson(
  { account, device, watch }: Play,
  { name, source }: Extract<Step, { type: "person_cancels" | "person_reverts" }>,
  {
    method,
    path,
    answer,
  }: { readonly method: "DELETE" | "POST"; readonly path: string; readonly answer: number },
): Promise<void> {
  const { desired } = await watch.variable(device, name, (variable) => variable.desired !== null);
  const { status } = await account.api(`/projects/${account.project}/writes/${desired?.id}${path}`, {
    method,
  });
  expect(status, source).toBe(answer);
}
