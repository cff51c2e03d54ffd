import { spawn } from "node:child_process";
import { chromium } from "playwright-core";
const node = process.execPath;
const server = spawn(
  node,
  [
    "--conditions=source",
    "apps/server/src/main.ts",
    "--http",
    "127.0.0.1:0",
    "--tcp",
    "127.0.0.1:0",
    "--data",
    "/tmp/shotdata",
  ],
  { stdio: ["ignore", "pipe", "inherit"] },
);
let out = "";
await new Promise((r) =>
  server.stdout.on("data", (d) => {
    out += d;
    if (/data/.test(out)) r();
  }),
);
const address = /page +(http:\/\/\S+)/.exec(out)[1];
const tcp = /devices +(\S+)/.exec(out)[1];
console.log(address, tcp);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "dark" });
const page = await context.newPage();
page.on("console", (m) => m.type() === "error" && console.log("console:", m.text()));
await page.goto(address);
await page.getByLabel("Email").waitFor();
await page.screenshot({ path: "/tmp/shots/1-first.png" });
await page.getByLabel("Email").fill("ann@example.org");
await page.getByLabel("Password").fill("correct horse battery");
await page.getByLabel("Project name").fill("Breakout");
await page.getByRole("button", { name: "Create account" }).click();
await page.getByText("Waiting for the first line…").waitFor();
const key = await page.getByLabel("Device key", { exact: true }).innerText();
await page.screenshot({ path: "/tmp/shots/2-waiting.png" });
const play = (device, seed) =>
  spawn(
    node,
    [
      "--conditions=source",
      "examples/src/main.ts",
      "game",
      "--key",
      key,
      "--tcp",
      tcp,
      "--no-draw",
      "--device",
      device,
      "--seed",
      seed,
    ],
    { stdio: "inherit" },
  );
const games = [play("breakout", "7")];
await page.getByText("is connected").waitFor();
await page.screenshot({ path: "/tmp/shots/3-connected.png" });
await page.getByRole("button", { name: "Watch it" }).click();
await page.getByText("a new game begins").first().waitFor();
for (const name of ["ball.x", "paddle.x", "game.bricks"])
  await page
    .getByRole("row", { name, exact: true })
    .getByRole("button", { name: `Plot ${name}` })
    .click();
games.push(play("pixel-7", "11"));
const set = async (name, value) => {
  await page.getByLabel(`New value of ${name}`, { exact: true }).fill(value);
  await page.getByRole("button", { name: `Set ${name}`, exact: true }).click();
};
const wait = (ms) => new Promise((r) => setTimeout(r, ms));
await wait(20_000);
await set("ball.speed", "45");
await wait(20_000);
await set("paddle.width", "12");
await wait(15_000);
await set("player.look-ahead", "0.4");
await wait(8_000);
await page.getByLabel("New value of player.aggression", { exact: true }).fill("0.85");
await page.mouse.move(640, 10);
await wait(500);
await page.screenshot({ path: "/tmp/shots/4-dark.png" });
await page.setViewportSize({ width: 1440, height: 900 });
await wait(600);
await page.screenshot({ path: "/tmp/shots/5-readme.png" });
await page.setViewportSize({ width: 1280, height: 800 });
await page.emulateMedia({ colorScheme: "light" });
await wait(600);
await page.screenshot({ path: "/tmp/shots/6-light.png" });
await page.emulateMedia({ colorScheme: "dark" });
await page.setViewportSize({ width: 375, height: 740 });
await wait(600);
await page.screenshot({ path: "/tmp/shots/7-phone.png" });
for (const pane of ["Devices", "Plot", "Log"]) {
  await page
    .getByRole("group", { name: "Show" })
    .or(page.getByRole("radiogroup", { name: "Show" }))
    .getByText(pane, { exact: true })
    .click();
  await wait(500);
  await page.screenshot({ path: `/tmp/shots/8-phone-${pane}.png` });
}
server.kill("SIGKILL");
await wait(1500);
await page.setViewportSize({ width: 1280, height: 800 });
await wait(300);
await page.screenshot({ path: "/tmp/shots/9-away.png" });
for (const game of games) game.kill("SIGKILL");
await browser.close();
process.exit(0);
