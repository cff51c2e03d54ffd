import { simulationWithNetwork, type SimulatedNetworkOptions } from "@wheelhouse/net/simulation";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anything, isRefusalOf } from "../wrong-values.ts";

function errorOf(network: object): unknown {
  try {
    return simulationWithNetwork({ seed: 1, network });
  } catch (error) {
    return error;
  }
}

describe("a simulated network's options", () => {
  it.each<[SimulatedNetworkOptions | null, string]>([
    [{ delay: 5 } as object, "expected each option to be one that there is"],
    [{ lossChance: 5 } as object, 'got: "lossChance"'],
    [
      { delayMs: [1, 2, 3] as never },
      "expected delayMs to be milliseconds from 0 on, or the least and the most of them",
    ],
    [{ acceptDelayMs: ["1", "2"] as never }, "expected acceptDelayMs to be milliseconds"],
    [{ files: [] as never }, "expected files to be an object, got: []"],
    [null, "expected network to be an object, got: null"],
  ])("are refused by name: %o", (options, message) => {
    const error = errorOf(options as object);
    expect(error).toBeInstanceOf(RangeError);
    expect((error as RangeError).message).toContain(message);
  });

  it.each([
    "delayMs",
    "acceptDelayMs",
    "splitBytes",
    "sendBufferBytes",
    "receiveBufferBytes",
    "cutChance",
    "resetChance",
    "descriptorLimit",
  ])("%s of any other type is refused by its name", (name) => {
    const isNumbers = (value: unknown) => [value].flat().every((item) => typeof item === "number");
    const values = anything.filter((value) => !isNumbers(value) && value !== "random");
    fc.assert(fc.property(values, (value) => isRefusalOf(name, errorOf({ [name]: value }))));
  });
});

it("what a simulation is told besides is refused by its name too", () => {
  const make = (options: unknown) => () => simulationWithNetwork(options as { seed: number });
  expect(make({ seed: 1, net: {} })).toThrow(
    'expected each option to be one of seed, startsAt, maxTurns, ports, network, got: "net"',
  );
  expect(make({ seed: 1, networks: {} })).toThrow("did you mean network?");
  expect(make(undefined)).toThrow("expected options to be an object, got: undefined");
});
