import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectDevice, type LineClient } from "../support.ts";
import {
  findChromium,
  launchBrowser,
  openWatchedPage,
  runProgram,
  runServer,
  type ServerProgram,
} from "./support.ts";

const executable = findChromium();
if (executable === undefined)
  console.warn("No Chromium on this machine: the tests in a browser are skipped.");

/** What a browser says of the question who one is, before one has logged in. */
const NOT_LOGGED_IN = /status of 401 .*\/api\/v1\/me/;
/** What it says when the server is away. */
const AWAY = /ERR_CONNECTION_REFUSED|WebSocket connection to .* failed/;

const row = (page: Page, name: string) =>
  page.getByRole("table", { name: "Variables" }).getByRole("row", { name, exact: true });
const valueOf = (page: Page, name: string, text: string) => row(page, name).getByText(text, { exact: true });
const editorOf = (page: Page, name: string) => page.getByLabel(`New value of ${name}`, { exact: true });
const setButton = (page: Page, name: string) =>
  page.getByRole("button", { name: `Set ${name}`, exact: true });
const chip = (page: Page, name: string, text: string) =>
  page.getByRole("status", { name: `Write of ${name}: ${text}`, exact: true });
const connection = (page: Page, text: string) =>
  page.getByRole("status", { name: "Connection" }).getByText(text, { exact: true });

/** Makes the first account in the page, and reads the key it shows. */
async function createAccount(page: Page, { address }: ServerProgram): Promise<string> {
  await page.goto(address);
  await page.getByLabel("Email").fill("ann@example.org");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByLabel("Project name").fill("Rocket");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Waiting for the first line…").waitFor();
  return page.getByLabel("Device key", { exact: true }).innerText();
}

/** What somebody types into `nc`. */
async function connectByHand(
  { tcpPort }: ServerProgram,
  key: string,
): Promise<LineClient & { report(value: object): void }> {
  const device = await connectDevice(tcpPort);
  device.send(`v:${key}`);
  expect(await device.nextLine()).toBe("OK");
  return {
    ...device,
    report: (variable) =>
      device.send(`i:${key}:${Buffer.from(JSON.stringify([variable])).toString("base64")}`),
  };
}

describe.skipIf(executable === undefined)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(executable ?? "");
  });
  afterAll(() => browser.close());

  test("from nothing to a value that was changed while the program ran", async () => {
    const server = await runServer();
    const { page, complaints } = await openWatchedPage(browser);
    const key = await createAccount(page, server);
    expect(key).toMatch(/^[A-Za-z0-9]{12}$/);

    const device = await connectByHand(server, key);
    device.report({ name: "speed", type: "float", value: "3" });
    await page.getByText("anonymous-1 is connected").waitFor();
    await page.getByRole("button", { name: "Watch it" }).click();
    await page
      .getByRole("navigation", { name: "Devices" })
      .getByRole("link", { name: "anonymous-1, online" })
      .waitFor();
    await connection(page, "Live").waitFor();
    await valueOf(page, "speed", "3").waitFor();
    device.report({ name: "speed", type: "float", value: "4.25" });
    await valueOf(page, "speed", "4.25").waitFor();

    // What a person is typing stays as it is, whatever the device says meanwhile.
    await editorOf(page, "speed").fill("8.5");
    for (const value of ["5", "6", "7"]) {
      device.report({ name: "speed", type: "float", value });
      await valueOf(page, "speed", value).waitFor();
    }
    expect(await editorOf(page, "speed").inputValue()).toBe("8.5");

    await setButton(page, "speed").click();
    const [, , pushed = ""] = (await device.nextLine()).split(":");
    expect(JSON.parse(Buffer.from(pushed, "base64").toString())).toEqual([
      { name: "speed", type: "float", value: "8.5" },
    ]);
    await chip(page, "speed", "sent").waitFor();
    device.report({ name: "speed", type: "float", value: "8.5" });
    await chip(page, "speed", "applied").waitFor();
    await valueOf(page, "speed", "8.5").waitFor();

    await device.cut();
    await page
      .getByRole("navigation", { name: "Devices" })
      .getByRole("link", { name: /^anonymous-1, (?!online)/ })
      .waitFor();
    expect(complaints.filter((text) => !NOT_LOGGED_IN.test(text))).toEqual([]);
  });

  test("the example game is watched and steered, also over the death of the server", async () => {
    const server = await runServer();
    const { page, complaints } = await openWatchedPage(browser);
    const key = await createAccount(page, server);
    const game = runProgram("examples/src/main.ts", [
      "game",
      "--key",
      key,
      "--tcp",
      `127.0.0.1:${server.tcpPort}`,
      "--no-draw",
    ]);
    await game.printed(/^connected$/m);
    await page.getByText("Breakout is connected").waitFor();
    await page.getByRole("button", { name: "Watch it" }).click();
    await page.getByRole("log", { name: "Log entries" }).getByText("a new game begins").waitFor();

    await changesByItself(page, "ball.x");
    for (const name of ["ball.x", "ball.y", "paddle.x"])
      await row(page, name)
        .getByRole("button", { name: `Plot ${name}` })
        .click();
    await page.getByRole("img", { name: /^Plot of ball\.x, ball\.y/ }).waitFor();

    await editorOf(page, "ball.speed").fill("62");
    await setButton(page, "ball.speed").click();
    await chip(page, "ball.speed", "applied").waitFor();
    await game.printed(/^steered from Wheelhouse: ball\.speed = 62$/m);
    await page.getByRole("log", { name: "Log entries" }).getByText("ball.speed was set").waitFor();
    await row(page, "ball.speed").getByText("62", { exact: true }).waitFor();
    for (const [name, value] of [
      ["paddle.width", "12"],
      ["player.look-ahead", "0.4"],
    ] as const) {
      await editorOf(page, name).fill(value);
      await setButton(page, name).click();
      await chip(page, name, "applied").waitFor();
    }
    expect(complaints.filter((text) => !NOT_LOGGED_IN.test(text))).toEqual([]);

    await server.kill();
    await connection(page, "Reconnecting…").waitFor();
    await server.again();
    await connection(page, "Live").waitFor();
    await page
      .getByRole("navigation", { name: "Devices" })
      .getByRole("link", { name: "Breakout, online" })
      .waitFor();
    await changesByItself(page, "ball.x");
    await chip(page, "ball.speed", "applied").waitFor();
    expect(complaints.filter((text) => !NOT_LOGGED_IN.test(text) && !AWAY.test(text))).toEqual([]);
  });

  test("logging out and in again shows the same, and a wrong password says so", async () => {
    const server = await runServer();
    const { page } = await openWatchedPage(browser);
    const key = await createAccount(page, server);
    const device = await connectByHand(server, key);
    device.report({ name: "fuel", type: "float", value: "1.5" });
    await page.getByRole("button", { name: "Watch it" }).click();
    await valueOf(page, "fuel", "1.5").waitFor();
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("button", { name: "Log out" }).click();

    await page.getByLabel("Email").fill("ann@example.org");
    await page.getByLabel("Password").fill("a wrong password");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").getByText("E-mail address or password is wrong.").waitFor();
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Log in" }).click();
    await valueOf(page, "fuel", "1.5").waitFor();
    await page.reload();
    await valueOf(page, "fuel", "1.5").waitFor();
  });
});

/** Waits until the value in that row is another one than it is now. */
async function changesByItself(page: Page, name: string): Promise<void> {
  const cell = row(page, name).getByRole("cell").nth(1);
  const before = await cell.innerText();
  await cell.getByText(before, { exact: true }).waitFor({ state: "detached" });
}
