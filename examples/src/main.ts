/** Runs one of the examples by name: `npm run example -- NAME arguments…`. */

interface Example {
  readonly summary: string;
  load(): Promise<{ run(args: readonly string[]): Promise<void> }>;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  game: {
    summary: "a breakout that plays itself and is steered from Wheelhouse",
    load: () => import("./game/game.ts"),
  },
  echo: { summary: "bytes come back as they are", load: () => import("./echo/echo.ts") },
  received: {
    summary: "answers each line, in four ways to write a server",
    load: () => import("./received/received.ts"),
  },
  proxy: { summary: "forwards connections to another place", load: () => import("./proxy/proxy.ts") },
  "tls-echo": {
    summary: "lines come back, encrypted from the start or from STARTTLS on",
    load: () => import("./tls-echo/tls-echo.ts"),
  },
  chat: { summary: "a small chat over telnet", load: () => import("./chat/chat.ts") },
};

const [name, ...args] = process.argv.slice(2);
const example = name !== undefined && Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
if (example !== undefined) {
  const loaded = await example.load();
  await loaded.run(args);
} else if (name === "--help") {
  process.stdout.write(listing());
} else {
  const problem =
    name === undefined ? "expected the name of an example" : `expected the name of an example, got: ${name}`;
  process.stderr.write(`${problem}\n\n${listing()}`);
  process.exitCode = 2;
}

function listing(): string {
  const lines = Object.entries(EXAMPLES).map(([known, { summary }]) => `  ${known.padEnd(10)}${summary}\n`);
  return `npm run example -- NAME [arguments]\n\n${lines.join("")}`;
}
