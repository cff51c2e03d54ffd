import {
  defineGenServer,
  defineSupervisor,
  formatCrash,
  processName,
  type CrashEvent,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import { boom, probe, world } from "./support.ts";

interface Account {
  readonly user: string;
  readonly password: string;
}

const Session = defineGenServer<
  { casts: { rename(name: string, options: object): void; login(password: string): void } },
  Account
>({
  name: "Session",
  init(ctx) {
    ctx.setLabel("ada's session");
    return { user: "ada", password: "secret" };
  },
  casts: {
    rename() {
      throw new TypeError("no such name", { cause: boom });
    },
    login: (ctx) => ctx.stop("too many attempts"),
  },
  format: ({ user }) => ({ user, password: "…" }),
  formatArgs: (message, args) => (message === "cast login" ? ["…"] : args),
});

const Name = processName<{
  casts: { rename(name: string, options: object): void; login(password: string): void };
}>("session");

const Top = defineSupervisor("Top", () => ({
  children: [Inner.child(undefined)],
}));
const Inner = defineSupervisor("Inner", () => ({
  children: [Session.child(undefined, { name: Name, restart: "temporary" })],
}));

async function crashing(cast: (runtime: ReturnType<typeof world>["runtime"]) => void): Promise<CrashEvent> {
  const { runtime, start, takeCrashes } = world();
  await start(Top.with());
  cast(runtime);
  await runtime.settle();
  const [event, ...more] = takeCrashes();
  expect(more).toEqual([]);
  return event as CrashEvent;
}

/** Without the lines that say where in the source it was. */
function withoutStack(text: string): string {
  return text.replaceAll(/\n\s+at .*/gu, "");
}

describe("a crash as text", () => {
  test("says which process and where, which message with its arguments, which state, and why (12)", async () => {
    const event = await crashing((runtime) => runtime.cast(Name, "rename", "Ada", { keep: [1, true] }));
    expect(withoutStack(formatCrash(event))).toBe(
      `session#3 "ada's session" crashed
  path     Top#1 › Inner#2 › session#3
  message  cast rename("Ada", { keep: [1, true] })
  reason   TypeError: no such name
           caused by Error: boom
  state    { user: "ada", password: "…" }`,
    );
    expect(formatCrash(event)).toMatch(/no such name\n {13}at .*crash-report\.test\.ts:\d+/u);
  });

  test("hides what the definition hides, of arguments as of the state (12)", async () => {
    const event = await crashing((runtime) => runtime.cast(Name, "login", "secret"));
    expect(event).toMatchObject({ args: ["…"], label: "ada's session" });
    expect(formatCrash(event)).toContain('message  cast login("…")\n  reason   too many attempts\n');
    expect(JSON.stringify(event) + formatCrash(event)).not.toContain("secret");
  });

  test("has the arguments of a start that failed (12)", async () => {
    const Odd = defineGenServer<{}, null, { readonly size: number }>({
      name: "Odd",
      init() {
        throw boom;
      },
    });
    const { start, takeCrashes } = world();
    await start(Odd.with({ size: -1 })).catch(() => undefined);
    const [event] = takeCrashes();
    expect(formatCrash(event as CrashEvent)).toContain("message  init({ size: -1 })");
    expect(event).toMatchObject({ ancestors: [] });
  });

  test("hides all arguments when `formatArgs` fails, and the process ends all the same (12)", async () => {
    const unformatted = new Error("no format");
    const Odd = defineGenServer<{ casts: { fail(secret: string): void } }, null>({
      name: "Odd",
      init: () => null,
      casts: {
        fail() {
          throw boom;
        },
      },
      formatArgs() {
        throw unformatted;
      },
    });
    const { runtime, start, takeCrashes } = world();
    const ref = await start(Odd.with());
    const ended = runtime.exited(ref);
    runtime.cast(ref, "fail", "secret");
    expect(await ended).toBe(boom);
    expect(takeCrashes()).toMatchObject([{ reason: boom, args: [unformatted] }]);
  });

  test("goes back sixteen generations", async () => {
    const { runtime, start, takeCrashes } = world();
    let ref = await start(probe());
    for (let depth = 0; depth < 20; depth += 1)
      ref = (await runtime.call(ref, "run", (ctx) => ctx.startLinked(probe()))) as typeof ref;
    runtime.cast(ref, "do", () => {
      throw boom;
    });
    await runtime.settle();
    expect(takeCrashes()[0]?.ancestors.map(({ id }) => id)).toEqual(
      Array.from({ length: 16 }, (_, n) => 20 - n),
    );
  });

  test("isn't torn apart by what a reason says", async () => {
    const event = await crashing((runtime) => runtime.cast(Name, "login", ""));
    const text = formatCrash({ ...event, reason: "a\u001b[2J\nb", message: "cast \u0007", label: undefined });
    expect(text).toContain(String.raw`  reason   a\u001b[2J\u000ab`);
    expect(text).toContain(String.raw`cast \u0007("…")`);
    const error = new Error("bell\u0007");
    expect(formatCrash({ ...event, reason: error })).toContain(String.raw`Error: bell\u0007`);
    delete (error as { stack?: string }).stack;
    expect(formatCrash({ ...event, reason: error })).toContain(String.raw`  reason   Error: bell\u0007`);
  });

  test("follows causes so far and no further", async () => {
    const event = await crashing((runtime) => runtime.cast(Name, "login", ""));
    const round = new Error("round");
    round.cause = round;
    expect(formatCrash({ ...event, reason: round }).match(/caused by/gu)).toHaveLength(4);
    expect(formatCrash({ ...event, reason: new Error("x", { cause: { code: 7 } }) })).toContain(
      "caused by { code: 7 }",
    );
  });
});
