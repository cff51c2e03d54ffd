import { expect, test } from "vitest";
import { QueueFullError, boundedQueue } from "../../src/accounts/bounded-queue.ts";

/** Work that ends when it is told to. */
function gates() {
  const log: string[] = [];
  const open = new Map<string, () => void>();
  const work =
    (name: string, fails = false) =>
    async () => {
      log.push(name);
      await new Promise<void>((resolve) => open.set(name, resolve));
      if (fails) throw new Error(name);
      return name;
    };
  const finish = async (name: string) => {
    open.get(name)?.();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { log, work, finish };
}

test("so much runs at once, the rest in the order it came, and what is favoured before it", async () => {
  const { log, work, finish } = gates();
  const queue = boundedQueue({ atOnce: 2, places: 2 });
  const all = ["a", "b", "c", "d"].map((name) => queue.run(work(name, name === "a")).catch(String));
  const favoured = queue.run(work("e"), true);
  expect(log).toEqual(["a", "b"]);
  expect(queue.waiting).toBe(3);
  await expect(queue.run(work("f"))).rejects.toThrow(QueueFullError);
  await finish("a");
  expect(log).toEqual(["a", "b", "e"]);
  await finish("e");
  await finish("b");
  expect(log).toEqual(["a", "b", "e", "c", "d"]);
  await finish("c");
  await finish("d");
  expect(await Promise.all(all)).toEqual(["Error: a", "b", "c", "d"]);
  expect(await favoured).toBe("e");
  const last = queue.run(work("g"));
  expect(log.at(-1)).toBe("g");
  await finish("g");
  expect(await last).toBe("g");
});
