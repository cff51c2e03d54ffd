/** The line of those that wait, in a time that the test moves. */

import { describe, expect, it } from "vitest";
import { LOOK_EVERY_MS, WaitingLine } from "../../src/listener/waiting-line.ts";
import { FakeStream } from "../fake-network.ts";

/** A process's clock, and what is planned on it. */
class FakeOwner {
  rings = 0;
  #nowMs = 0;
  readonly #planned = new Set<{ readonly atMs: number; readonly work: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  schedule(ms: number, work: () => void): () => void {
    const entry = { atMs: this.#nowMs + ms, work };
    this.#planned.add(entry);
    return () => this.#planned.delete(entry);
  }

  get timers(): number {
    return this.#planned.size;
  }

  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#planned].toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > untilMs) break;
      this.#planned.delete(next);
      this.#nowMs = next.atMs;
      this.rings += 1;
      next.work();
    }
    this.#nowMs = untilMs;
  }
}

/** A stream that says how often it was looked at, and breaks when it is told to. */
class LookedAt extends FakeStream {
  looks = 0;

  override look(): void {
    this.looks += 1;
  }
}

function made() {
  const owner = new FakeOwner();
  const dismissed: string[] = [];
  const line = new WaitingLine(owner, ({ address }, why) => void dismissed.push(`${address} ${why}`));
  const join = (address: string, waitMs: number) => {
    const stream = new LookedAt();
    line.join(stream, address, waitMs);
    return stream;
  };
  return { owner, dismissed, line, join };
}

describe("the line of those that wait (behaviour 34)", () => {
  it("33: lets each wait for as long as was said when it came, whoever waits before it", () => {
    const { owner, dismissed, line, join } = made();
    join("for ever", Infinity);
    join("long", 10_000);
    owner.advance(100);
    join("short", 1_000);
    join("short, too", 1_000);
    owner.advance(999);
    expect(dismissed).toEqual([]);
    owner.advance(1);
    expect(dismissed).toEqual(["short wait_timeout", "short, too wait_timeout"]);
    owner.advance(8_899);
    expect(dismissed).toHaveLength(2);
    owner.advance(1);
    expect(dismissed.slice(2)).toEqual(["long wait_timeout"]);
    owner.advance(1_000_000);
    expect(line.addresses()).toEqual(["for ever"]);
  });

  it("is served in the order in which they came, whose time is over first or not", () => {
    const { line, join } = made();
    join("a", 10_000);
    join("b", 10);
    join("c", Infinity);
    const taken = [line.take(), line.take(), line.take()].map((waiting) => waiting?.address);
    expect(taken).toEqual(["a", "b", "c"]);
    expect(line.take()).toBeUndefined();
  });

  it("has one timer, and none when nobody waits", () => {
    const { owner, line, join } = made();
    for (let round = 0; round < 1_000; round += 1) {
      join("in at once", 5_000 + round);
      line.take();
    }
    expect(owner.timers).toBe(0);
    for (let second = 0; second < 100; second += 1) {
      join("a", 5_000);
      expect(owner.timers).toBe(1);
      owner.advance(1_000);
    }
    // The looks, and an end now and then between them.
    expect(owner.rings).toBeLessThanOrEqual(200);
  });

  it("looks after those that wait, reads nothing of them, and is left by who has gone", async () => {
    const { owner, dismissed, line, join } = made();
    const [gone, there] = [join("gone", Infinity), join("there", Infinity)];
    owner.advance(LOOK_EVERY_MS * 3);
    expect([gone.looks, there.looks, gone.reading]).toEqual([3, 3, false]);
    gone.destroy();
    await Promise.resolve();
    expect(dismissed).toEqual(["gone peer_gone"]);
    expect(line.addresses()).toEqual(["there"]);
  });

  it("says nothing of those who go after they were taken, or were sent away", async () => {
    const { dismissed, line, join } = made();
    const [taken, sent] = [join("taken", Infinity), join("sent away", Infinity)];
    line.take();
    line.dismissAll("draining");
    taken.destroy();
    sent.destroy();
    await Promise.resolve();
    expect(dismissed).toEqual(["sent away draining"]);
  });

  it("58: goes with the acceptor, and tells of each", () => {
    const { owner, dismissed, line, join } = made();
    join("a", 100);
    join("b", Infinity);
    line.release();
    expect(dismissed).toEqual(["a acceptor_crashed", "b acceptor_crashed"]);
    expect(owner.timers).toBe(0);
  });
});
