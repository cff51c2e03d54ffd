import {
  defineSupervisor,
  processName,
  type AutoShutdown,
  type ExitReason,
  type Restart,
  type SupervisorSpec,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import { shutsDown } from "../../src/supervision/restart-rules.ts";
import { TrappingProbe, crash, world, type ProbeProtocol } from "../support.ts";

const Supervisor = defineSupervisor<SupervisorSpec>("Supervisor", (spec) => spec);

function child(label: string, restart: Restart, significant: boolean) {
  return TrappingProbe.child({ label }, { name: processName(label), restart, significant });
}

async function supervised(spec: SupervisorSpec) {
  const it = world();
  const ref = await it.start(Supervisor.with(spec));
  it.takeLog();
  const end = async (label: string, reason: ExitReason) => {
    it.runtime.cast(processName<ProbeProtocol>(label), "do", (ctx) => ctx.stop(reason));
    await it.runtime.settle();
    it.takeCrashes();
  };
  return { ...it, ref, ended: it.runtime.exited(ref), end };
}

test("a supervisor shuts down for any significant child, for the last, or never (22)", () => {
  const [significant, other] = [{ significant: true }, { significant: false }];
  expect(shutsDown("never", significant, [])).toBe(false);
  expect(shutsDown("any_significant", significant, [significant])).toBe(true);
  expect(shutsDown("any_significant", other, [])).toBe(false);
  expect(shutsDown("any_significant", {}, [])).toBe(false);
  expect(shutsDown("all_significant", significant, [other, significant])).toBe(false);
  expect(shutsDown("all_significant", significant, [other, {}])).toBe(true);
  expect(shutsDown("all_significant", other, [])).toBe(false);
});

describe("the end of a significant child", () => {
  test.each<[Restart, ExitReason, boolean]>([
    ["transient", "normal", true],
    ["transient", "shutdown", true],
    ["transient", { shutdown: "idle" }, true],
    ["transient", "crashed", false],
    ["temporary", "normal", true],
    ["temporary", "crashed", true],
  ])("that is %s, after %j, ends its supervisor: %s (16, 22)", async (restart, reason, ends) => {
    const { end, outcome, ended, runtime } = await supervised({
      autoShutdown: "any_significant",
      children: [child("A", "permanent", false), child("B", restart, true)],
    });
    await end("B", reason);
    expect(await outcome(ended)).toMatchObject(ends ? { value: "shutdown" } : { status: "pending" });
    expect(runtime.processes()).toHaveLength(ends ? 0 : 3);
  });

  test("stops the others in reverse (14, 22)", async () => {
    const { end, ended, takeLog } = await supervised({
      autoShutdown: "any_significant",
      children: [
        child("A", "permanent", false),
        child("B", "transient", true),
        child("C", "permanent", false),
      ],
    });
    await end("B", "normal");
    expect(await ended).toBe("shutdown");
    expect(takeLog()).toEqual(["B terminate normal", "C terminate shutdown", "A terminate shutdown"]);
  });

  test("ends its supervisor only as the last of them, if all must have ended (22)", async () => {
    const { end, ended, outcome } = await supervised({
      autoShutdown: "all_significant",
      children: [
        child("A", "transient", true),
        child("B", "temporary", true),
        child("C", "permanent", false),
      ],
    });
    await end("A", "normal");
    expect(await outcome(ended)).toEqual({ status: "pending" });
    await end("B", "crashed");
    expect(await outcome(ended)).toMatchObject({ value: "shutdown" });
  });

  test.each<AutoShutdown>(["any_significant", "all_significant"])(
    "that was asked for doesn't: %s (22, 23)",
    async (autoShutdown) => {
      const { runtime, ref, ended, outcome } = await supervised({
        autoShutdown,
        children: [child("A", "transient", true), child("B", "temporary", true)],
      });
      for (const id of ["A", "B"]) expect(await runtime.call(ref, "stopChild", id)).toBe("stopped");
      expect(await outcome(ended)).toEqual({ status: "pending" });
    },
  );

  test("isn't that of the last while another waits for its next try (19, 22)", async () => {
    let starts = 0;
    const stubborn = TrappingProbe.child(
      {
        label: "A",
        init() {
          starts += 1;
          if (starts === 2) crash();
        },
      },
      { name: processName("A"), restart: "transient", significant: true },
    );
    const { runtime, ref, ended, outcome, takeCrashes } = await supervised({
      autoShutdown: "all_significant",
      children: [stubborn, child("B", "temporary", true)],
    });
    // The second end waits behind the first, whose restart fails, and comes before the next try.
    for (const name of ["A", "B"]) runtime.exit(processName(name), "kill");
    expect(await outcome(ended)).toEqual({ status: "pending" });
    expect(await runtime.call(ref, "countChildren")).toMatchObject({ specs: 1, active: 1 });
    takeCrashes();
  });

  test("that a sibling's restart brought doesn't (17, 22)", async () => {
    const { end, ended, outcome } = await supervised({
      strategy: "one_for_all",
      autoShutdown: "any_significant",
      children: [child("A", "permanent", false), child("B", "temporary", true)],
    });
    await end("A", "crashed");
    expect(await outcome(ended)).toEqual({ status: "pending" });
  });

  test("is a clean end of its supervisor, seen from above (20, 22)", async () => {
    const inner = Supervisor.child(
      { autoShutdown: "any_significant", children: [child("A", "transient", true)] },
      { id: "inner", restart: "transient", significant: true },
    );
    const { end, ended } = await supervised({ autoShutdown: "any_significant", children: [inner] });
    await end("A", "normal");
    expect(await ended).toBe("shutdown");
  });
});
