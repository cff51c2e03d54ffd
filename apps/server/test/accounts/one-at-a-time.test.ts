import { expect, test } from "vitest";
import { oneAtATime } from "../../src/accounts/one-at-a-time.ts";

test("work begins when what was asked for before is done, however that ended", async () => {
  const log: string[] = [];
  const gates = new Map<string, { resolve(): void; reject(error: Error): void }>();
  const work = oneAtATime(
    (name: string) =>
      new Promise<string>((resolve, reject) => {
        log.push(`${name} begins`);
        gates.set(name, { resolve: () => resolve(name), reject });
      }),
  );
  const all = Promise.allSettled([work("one"), work("two"), work("three")]);
  await Promise.resolve();
  expect(log).toEqual(["one begins"]);
  gates.get("one")?.reject(new Error("failed"));
  while (!gates.has("two")) await Promise.resolve();
  expect(log).toEqual(["one begins", "two begins"]);
  gates.get("two")?.resolve();
  while (!gates.has("three")) await Promise.resolve();
  gates.get("three")?.resolve();
  expect((await all).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
});
