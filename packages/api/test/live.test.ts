import { TOPICS, clientMessage, serverMessage } from "@wheelhouse/api";
import { expect, test } from "vitest";

const subscribe = { type: "subscribe", id: 1, project: "p", topics: ["logs"] };

test.each<[what: string, message: unknown, isRight: boolean]>([
  ["the least", subscribe, true],
  ["every topic", { ...subscribe, topics: [...TOPICS] }, true],
  ["one device", { ...subscribe, device: "game" }, true],
  ["where it had got to", { ...subscribe, after: { epoch: "e", offset: 812 } }, true],
  ["a negative place", { ...subscribe, after: { epoch: "e", offset: -1 } }, false],
  ["a place without an epoch", { ...subscribe, after: { offset: 1 } }, false],
  ["no topic", { ...subscribe, topics: [] }, false],
  ["an unknown topic", { ...subscribe, topics: ["weather"] }, false],
  ["no project", { ...subscribe, project: undefined }, false],
  ["no id", { ...subscribe, id: undefined }, false],
  ["a broken id", { ...subscribe, id: 1.5 }, false],
  ["an end", { type: "unsubscribe", id: 1 }, true],
  ["an end of nothing", { type: "unsubscribe" }, false],
  ["another type", { type: "shout", id: 1 }, false],
  ["no object", "subscribe", false],
  ["nothing", undefined, false],
])("a page says: %s", (_, message, isRight) => {
  expect(clientMessage.safeParse(message).success).toBe(isRight);
});

const changes = { type: "changes", id: 1, offset: 5, dropped: 0 };

test.each<[what: string, message: unknown, isRight: boolean]>([
  ["an empty snapshot", { type: "snapshot", id: 1, epoch: "e", offset: 0 }, true],
  ["a snapshot of nowhere", { type: "snapshot", id: 1, offset: 0 }, false],
  ["nothing new", changes, true],
  ["a value with its time", { ...changes, values: { game: { speed: [1764000000123, 3.2] } } }, true],
  ["a value that is null", { ...changes, values: { game: { speed: [1764000000123, null] } } }, true],
  ["a value without its time", { ...changes, values: { game: { speed: 3.2 } } }, false],
  ["a reload", { type: "reload", id: 1 }, true],
  ["an error of a subscription", { type: "error", id: 1, code: "forbidden", message: "no" }, true],
  ["an error of no subscription", { type: "error", code: "invalid", message: "no" }, true],
  ["an error without words", { type: "error", code: "invalid" }, false],
])("the server says: %s", (_, message, isRight) => {
  expect(serverMessage.safeParse(message).success).toBe(isRight);
});
