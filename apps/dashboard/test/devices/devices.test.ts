import { expect, test } from "vitest";
import { formatAge } from "../../src/devices/age.ts";
import { orderDevices, titlesIn } from "../../src/devices/device-order.ts";
import { device } from "../live/fixtures.ts";

test("devices that are here come first, then by name as a person counts", () => {
  const devices = [
    device("bot-10"),
    device("gone", { online: false }),
    device("bot-9"),
    device("x", { name: "Ann" }),
  ];
  expect(orderDevices(devices).map(({ id }) => id)).toEqual(["x", "bot-9", "bot-10", "gone"]);
});

test("devices that share a name are told apart by their ids", () => {
  const devices = [
    device("one", { name: "Rocket" }),
    device("two", { name: "Rocket" }),
    device("Rocket"),
    device("bot"),
  ];
  expect([...titlesIn(devices).values()]).toEqual(["Rocket (one)", "Rocket (two)", "Rocket", "bot"]);
});

test.each([
  [0, "just now"],
  [-5_000, "just now"],
  [59_999, "59 s ago"],
  [60_000, "1 min ago"],
  [7_200_000, "2 h ago"],
  [200_000_000, "2 d ago"],
])("%i ms is %s", (ms, text) => expect(formatAge(1_000_000_000 - ms, 1_000_000_000)).toBe(text));
