import { describe, expect, test } from "vitest";
import type { Code } from "../src/codes.ts";
import { isDialect1, parseDialect1 } from "../src/dialect1.ts";
import { isDialect2, parseDeviceMessage, parseServerMessage, type ServerMessage } from "../src/dialect2.ts";
import {
  GoldenError,
  createBindings,
  expandOutgoing,
  isLowerAck,
  loadConversations,
  matchIncoming,
  parseConversation,
  type Bindings,
  type Conversation,
  type ServerAnswers,
} from "../src/golden.ts";
import {
  HEARTBEAT_MS,
  MAX_LINE_BYTES,
  MAX_UNVERIFIED_LINE_BYTES,
  RETRY_AFTER_MS,
  WINDOW_LINES,
} from "../src/limits.ts";

const NOW = 1_764_000_000_000;
const conversations = loadConversations();

describe("the format", () => {
  test("every kind of step", () => {
    const text = [
      "# What it shows",
      "# and more of it",
      "",
      "> v:$key",
      ">",
      "< OK",
      '<~ {"type":"ack","seq":3}',
      "! person sets a:b=[1, 2]",
      '! person sets {"a":1,"b":"x=y"}',
      "! person sets for 50 ms a=3",
      "! person is refused out_of_range a=10",
      "! person cancels a:b",
      "! person reverts a:b",
      '! person sees a="x y"',
      "! write a sent",
      "! write a applied 5",
      '! write a rejected "old one"',
      "! another connection sends v:$key",
      "! server drains",
      "! connection cut",
      "! reconnects",
      "x",
      "",
    ].join("\n");
    expect(parseConversation("d1-all", text)).toStrictEqual({
      name: "d1-all",
      title: "What it shows",
      steps: [
        { source: "d1-all.txt:4", type: "device_sends", template: "v:$key" },
        { source: "d1-all.txt:5", type: "device_sends", template: "" },
        { source: "d1-all.txt:6", type: "server_answers", template: "OK", afterLowerAcks: false },
        {
          source: "d1-all.txt:7",
          type: "server_answers",
          template: '{"type":"ack","seq":3}',
          afterLowerAcks: true,
        },
        { source: "d1-all.txt:8", type: "person_sets", values: { "a:b": [1, 2] } },
        { source: "d1-all.txt:9", type: "person_sets", values: { a: 1, b: "x=y" } },
        { source: "d1-all.txt:10", type: "person_sets", values: { a: 3 }, expiresInMs: 50 },
        { source: "d1-all.txt:11", type: "person_is_refused", code: "out_of_range", values: { a: 10 } },
        { source: "d1-all.txt:12", type: "person_cancels", name: "a:b" },
        { source: "d1-all.txt:13", type: "person_reverts", name: "a:b" },
        { source: "d1-all.txt:14", type: "person_sees", name: "a", value: "x y" },
        { source: "d1-all.txt:15", type: "write_becomes", name: "a", state: "sent" },
        { source: "d1-all.txt:16", type: "write_becomes", name: "a", state: "applied", applied: 5 },
        { source: "d1-all.txt:17", type: "write_becomes", name: "a", state: "rejected", applied: "old one" },
        { source: "d1-all.txt:18", type: "another_connection_sends", template: "v:$key" },
        { source: "d1-all.txt:19", type: "server_drains" },
        { source: "d1-all.txt:20", type: "connection_cut" },
        { source: "d1-all.txt:21", type: "reconnects" },
        { source: "d1-all.txt:22", type: "server_closes" },
      ],
    });
  });

  test.each([
    "v:$key",
    ">v:$key",
    "? what",
    "xyz",
    "! something happens",
    "! person sets a",
    "! person sets a=",
    "! person sets a=nonsense",
    "! person sets for ms a=1",
    "! person sets for 5 ms a",
    "! person is refused a=1",
    "! person is refused Code a=1",
    "! person cancels",
    "! person sees a",
    "! write a",
    "! write a forgotten",
    "! write a applied nonsense",
    "> $unknown",
    "> $keys",
    "> $b64([)",
    "> $b64",
    "> $repeat(a)",
    "< $nows",
  ])("%j is no step", (line) => {
    expect(() => parseConversation("bad", `# Title\n${line}\n`)).toThrow(GoldenError);
    expect(() => parseConversation("bad", `# Title\n${line}\n`)).toThrow(/^bad\.txt:2: /);
  });

  test.each(["", "> v:$key\n", "#\n"])("%j has no title", (text) => {
    expect(() => parseConversation("bad", text)).toThrow(
      "bad.txt:1: expected # and what the conversation shows",
    );
  });
});

describe("expandOutgoing", () => {
  test.each([
    ["v:$key", "v:Ab0123456789"],
    ["v:$other$cr", "v:Cd0123456789\r"],
    ["i:$wrong:", "i:nobody000000:"],
    ['"now":$now}', '"now":1764000000000}'],
    ["$repeat(a,3)$repeat($,2)", "aaa$$"],
    ['$b64([{"a":")"}])', "W3siYSI6IikifV0="],
    ['$b64([{"a":"$key"}]):$key', "W3siYSI6IiRrZXkifV0=:Ab0123456789"],
    ["5 $ (a) \\", "5 $ (a) \\"],
    ["", ""],
  ])("%s is sent as %s", (template, line) => {
    expect(expandOutgoing({ template }, bind())).toBe(line);
  });

  test("a capture is sent once it was seen, and not before", () => {
    const bindings = bind();
    expect(() => expandOutgoing({ template: "$session" }, bindings)).toThrow(GoldenError);
    expect(
      matchIncoming({ template: '{"session":"$session","id":$set}' }, '{"session":"f00","id":7}', bindings),
    ).toBe(true);
    expect(expandOutgoing({ template: "$session $set" }, bindings)).toBe("f00 7");
  });
});

describe("matchIncoming", () => {
  test.each([
    ["OK", "OK"],
    ["E:protocol:$text", 'E:protocol:any "text" \\ at all'],
    ['{"message":"$text","seq":1}', '{"message":"with \\"quotes\\" \\\\","seq":1}'],
    ['{"now":$now}', '{"now":17}'],
    ['{"now":$now}', '{"now":-1}'],
    ["v:$key:$b64([1])", "v:Ab0123456789:WzFd"],
    ["a.b*c[d](e)", "a.b*c[d](e)"],
  ])("%s takes %s", (template, line) => {
    expect(matchIncoming({ template }, line, bind())).toBe(true);
  });

  test.each([
    ["OK", "OK "],
    ["OK", "ok"],
    ["OK", "OK\r"],
    ["OK", ""],
    ["a.b", "axb"],
    ["E:protocol:$text", "E:protocol:"],
    ["E:protocol:$text", "E:invalid:text"],
    ['{"message":"$text"}', '{"message":""}'],
    ['{"message":"$text"}', '{"message":"a","seq":1}'],
    ['{"message":"$text"}', '{"message":"a","x":"b"}'],
    ['{"now":$now}', '{"now":1.5}'],
    ['{"now":$now}', '{"now":"1"}'],
    ['{"id":$set}', '{"id":"1"}'],
    ["v:$key:$b64([1])", "v:Cd0123456789:WzFd"],
    ["v:$key:$b64([1])", "v:Ab0123456789:WzJd"],
    ['{"a":1,"b":2}', '{"b":2,"a":1}'],
  ])("%s says why it doesn't take %j", (template, line) => {
    expect(matchIncoming({ template }, line, bind())).toBe(`expected ${template}, got: ${line}`);
  });

  test("a capture must be the same later, and another name another thing", () => {
    const bindings = bind();
    const first = { template: '{"session":"$session"}' };
    const second = { template: '{"session":"$session2"}' };
    expect(matchIncoming(first, '{"session":"f00"}', bindings)).toBe(true);
    expect(matchIncoming(first, '{"session":"f00"}', bindings)).toBe(true);
    expect(matchIncoming(first, '{"session":"ba5"}', bindings)).toContain("expected");
    expect(matchIncoming(second, '{"session":"f00"}', bindings)).toBe(
      "expected $session2 to differ from $session, got: f00",
    );
    expect(matchIncoming(second, '{"session":"ba5"}', bindings)).toBe(true);
  });

  test("a line that doesn't match captures nothing", () => {
    const bindings = bind();
    matchIncoming(
      { template: '{"session":"$session","resumed":true}' },
      '{"session":"f00","resumed":false}',
      bindings,
    );
    expect(bindings.captures.size).toBe(0);
  });
});

describe("isLowerAck", () => {
  const ack = (seq: number): string => `{"type":"ack","seq":${seq}}`;
  const loosely = (template: string): ServerAnswers => ({
    type: "server_answers",
    template,
    afterLowerAcks: true,
  });

  test("a lower ack may come before an ack, and any before something else", () => {
    expect(isLowerAck(loosely(ack(3)), ack(2))).toBe(true);
    expect(isLowerAck(loosely(ack(3)), ack(3))).toBe(false);
    expect(isLowerAck(loosely(ack(3)), ack(4))).toBe(false);
    expect(isLowerAck(loosely('{"type":"pong"}'), ack(4))).toBe(true);
    expect(isLowerAck(loosely(ack(3)), '{"type":"pong"}')).toBe(false);
  });
  test("only where the step says so", () => {
    expect(isLowerAck({ ...loosely(ack(3)), afterLowerAcks: false }, ack(2))).toBe(false);
  });
});

describe("the conversations", () => {
  test("are there, each with a rule of its own", () => {
    expect(conversations.length).toBeGreaterThanOrEqual(25);
    expect(new Set(conversations.map(({ title }) => title)).size).toBe(conversations.length);
    for (const { name, title, steps } of conversations) {
      expect(name).toMatch(/^(?:d1|d2|any)-[a-z0-9-]+$/);
      expect(title).toMatch(/\.$/);
      expect(steps[0]?.type).toBe("device_sends");
    }
  });

  test("use every kind of step but none that is unknown to the others", () => {
    const used = new Set(conversations.flatMap(({ steps }) => steps.map(({ type }) => type)));
    expect([...used].sort()).toEqual([
      "another_connection_sends",
      "connection_cut",
      "device_sends",
      "person_cancels",
      "person_is_refused",
      "person_reverts",
      "person_sees",
      "person_sets",
      "reconnects",
      "server_answers",
      "server_closes",
      "server_drains",
      "write_becomes",
    ]);
  });

  describe.each(conversations)("$name", (conversation) => {
    test("every line of the server matches itself, and what a device sends can be sent", () => {
      const bindings = bind();
      for (const step of conversation.steps) {
        if (step.type === "device_sends") expandOutgoing(step, bindings);
        if (step.type !== "server_answers") continue;
        expect(matchIncoming(step, answerTo(step, bindings), bindings), step.source).toBe(true);
      }
    });

    test("what the parser refuses is answered so, and nothing else is", () => {
      for (const { line, answer, source } of exchanges(conversation)) {
        const refusal = parsersRefusal(conversation, line);
        const code = answer === undefined ? undefined : codeOf(answer);
        if (refusal !== undefined) expect(code, source).toBe(refusal);
        else if (code !== undefined)
          expect(["bad_json", "bad_base64", "invalid", "unknown_type"], source).not.toContain(code);
      }
    });

    test("messages of the server have the fields of their interface, in order", () => {
      const bindings = bind();
      for (const step of conversation.steps) {
        if (step.type !== "server_answers") continue;
        const line = answerTo(step, bindings);
        matchIncoming(step, line, bindings);
        if (conversation.name.startsWith("d2-")) expectInOrder(line, step.source);
        else expect(line, step.source).toMatch(/^(?:OK$|E:[a-z0-9_]+:.|v:[A-Za-z0-9]{12}:)/);
      }
    });
  });
});

function bind(): Bindings {
  return createBindings({
    key: "Ab0123456789",
    other: "Cd0123456789",
    wrong: "nobody000000",
    now: () => NOW,
  });
}

/** A line that the server could answer with at this step. */
function answerTo({ template }: ServerAnswers, bindings: Bindings): string {
  const named = template
    .replaceAll("$text", "any text")
    .replaceAll(/\$(session|set)\d*/g, (whole, kind: string) => {
      return (
        bindings.captures.get(whole.slice(1)) ??
        (kind === "set" ? String(bindings.captures.size + 1) : `s${bindings.captures.size}`)
      );
    });
  return expandOutgoing({ template: named }, bindings);
}

interface Exchange {
  readonly line: string;
  /** What the server says next, if it says anything before the device does. */
  readonly answer: string | undefined;
  readonly source: string;
}

function exchanges({ steps }: Conversation): Exchange[] {
  const bindings = bind();
  const found: Exchange[] = [];
  for (const [index, step] of steps.entries()) {
    if (step.type === "device_sends") {
      const next = steps[index + 1];
      const answer = next?.type === "server_answers" ? answerTo(next, bindings) : undefined;
      found.push({ line: expandOutgoing(step, bindings), answer, source: step.source });
    }
    if (step.type === "server_answers") matchIncoming(step, answerTo(step, bindings), bindings);
  }
  return found;
}

/** The code of the refusal of this line where its parser is what refuses it: not the framing, and not the server. */
function parsersRefusal({ name }: Conversation, sent: string): Code | undefined {
  const line = sent.replace(/\r$/, "");
  const isLong =
    line.length > (name.endsWith("before-verification") ? MAX_UNVERIFIED_LINE_BYTES : MAX_LINE_BYTES);
  if (line === "" || isLong) return undefined;
  if (name.startsWith("any-")) return isDialect1(line) || isDialect2(line) ? undefined : "protocol";
  const message = name.startsWith("d1-") ? parseDialect1(line) : parseDeviceMessage(line);
  return message.type === "refused" ? message.code : undefined;
}

function codeOf(line: string): string | undefined {
  return /^E:(\w+):/.exec(line)?.[1] ?? /^\{"type":"error","code":"(\w+)"/.exec(line)?.[1];
}

const FIELDS: Readonly<Record<ServerMessage["type"], readonly string[]>> = {
  welcome: [
    "type",
    "protocol",
    "session",
    "resumed",
    "acknowledged",
    "heartbeatMs",
    "maxLineBytes",
    "window",
    "now",
  ],
  set: ["type", "id", "values"],
  ack: ["type", "seq"],
  error: ["type", "code", "message", "seq", "retryAfterMs"],
  ping: ["type"],
  pong: ["type"],
};

function expectInOrder(line: string, source: string): void {
  const message = parseServerMessage(line);
  expect(message, source).toBeDefined();
  if (message === undefined) return;
  const fields = Object.keys(message);
  expect(fields, source).toEqual(FIELDS[message.type].filter((field) => fields.includes(field)));
  if (message.type === "welcome") {
    expect(message).toMatchObject({
      heartbeatMs: HEARTBEAT_MS,
      maxLineBytes: MAX_LINE_BYTES,
      window: WINDOW_LINES,
    });
  }
  if (message.type === "error" && "retryAfterMs" in message)
    expect(message.retryAfterMs).toBe(RETRY_AFTER_MS);
}
