import { readFile } from "node:fs/promises";
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
/** What it says of a request that was refused for what it asks. */
const REFUSED = /status of 4(?:04|22) /;
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
const settingsLink = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name, exact: true });
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

  test("a marker is set with a key, stands in the log from then on, and the log is exported", async () => {
    const server = await runServer();
    const { page, complaints } = await openWatchedPage(browser);
    const key = await createAccount(page, server);
    const device = await connectByHand(server, key);
    device.report({ name: "speed", type: "float", value: "3" });
    device.send(`l:${key}:${Buffer.from(JSON.stringify([{ message: "before, it" }])).toString("base64")}`);
    await page.getByRole("button", { name: "Watch it" }).click();
    const log = page.getByRole("log", { name: "Log entries" });
    await log.getByText("before, it").waitFor();

    await page.keyboard.press("m");
    await page.getByLabel("Name of the marker").fill("boss fight");
    await page.keyboard.press("Enter");
    const marker = log.getByRole("listitem", { name: "Marker boss fight" });
    await marker.getByText("by ann@example.org").waitFor();
    await page.reload();
    await marker.waitFor();

    const downloading = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export log" }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^wheelhouse-logs-.+\.csv$/);
    const csv = await readFile(await download.path(), "utf8");
    expect(csv.split("\r\n")).toEqual([
      "id,at,receivedAt,device,session,level,message,fields",
      expect.stringMatching(/,anonymous-1,['\w-]+,info,"before, it",$/),
      "",
    ]);
    expect(complaints.filter((text) => !NOT_LOGGED_IN.test(text))).toEqual([]);
  });

  test("a marker is set once, however often its button is pressed", async () => {
    const server = await runServer();
    const { page } = await openWatchedPage(browser);
    const key = await createAccount(page, server);
    const device = await connectByHand(server, key);
    device.report({ name: "speed", type: "float", value: "3" });
    await page.getByRole("button", { name: "Watch it" }).click();
    await page.getByRole("log", { name: "Log entries" }).waitFor();
    let asked = 0;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/markers", async (route) => {
      asked += 1;
      await released;
      await route.continue();
    });

    await page.keyboard.press("m");
    await page.getByLabel("Name of the marker").fill("boss fight");
    await page.getByRole("button", { name: "Set", exact: true }).dblclick();
    await page.keyboard.press("Enter");
    release();
    await page.getByRole("listitem", { name: "Marker boss fight" }).waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(asked).toBe(1);
  });

  test("a text that runs from right to left turns nothing round that stands beside it", async () => {
    const server = await runServer();
    const { page } = await openWatchedPage(browser);
    const key = await createAccount(page, server);
    const device = await connectDevice(server.tcpPort);
    const turned = "\u202edeeps";
    device.send(JSON.stringify({ type: "hello", protocol: 2, key, device: "phone", name: turned }));
    await page.getByText(`${turned} is connected`).waitFor();
    const entry = { message: turned, fields: { [turned]: "fast" } };
    device.send(JSON.stringify({ type: "logs", seq: 1, entries: [entry] }));
    await page.getByRole("button", { name: "Watch it" }).click();
    const parts = page.getByRole("log", { name: "Log entries" }).getByRole("listitem").locator("bdi");
    await parts.nth(2).waitFor();
    const left = async (part: number) => (await parts.nth(part).boundingBox())?.x ?? 0;
    expect(await left(1)).toBeGreaterThan(await left(0));
    expect(await left(2)).toBeGreaterThan(await left(1));
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

  test("settings: a token made and revoked, and somebody invited who becomes an editor", async () => {
    const server = await runServer();
    const owner = await openWatchedPage(browser);
    const { page } = owner;
    await createAccount(page, server);
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("row", { name: "first key" }).waitFor();

    await settingsLink(page, "Tokens").click();
    await page.getByRole("button", { name: "Make token" }).click();
    await page.getByRole("alert").getByText("Give it a name.").waitFor();
    await page.getByLabel("Name of the new token").fill("build server");
    await page.getByRole("button", { name: "Make token" }).click();
    const token = await page.getByLabel("New token", { exact: true }).innerText();
    expect(await statusFor(server, token)).toBe(200);
    await page.getByRole("button", { name: "Revoke token build server" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke token" }).click();
    await page.getByRole("row", { name: "build server" }).waitFor({ state: "detached" });
    expect(await statusFor(server, token)).toBe(401);

    await settingsLink(page, "Members").click();
    await page.getByRole("button", { name: "Make link" }).click();
    const link = await page.getByLabel("New invitation link").innerText();
    const guest = await openWatchedPage(browser, { colorScheme: "light" });
    await guest.page.goto(link);
    await guest.page.getByText("ann@example.org invites you to “Rocket” as a viewer").waitFor();
    await guest.page.getByLabel("Email").fill("bob@example.org");
    await guest.page.getByLabel("Password").fill("a staple of correctness");
    await guest.page.getByRole("button", { name: "Create account" }).click();
    await guest.page.getByRole("button", { name: "Project Rocket" }).waitFor();
    expect(guest.page.url()).not.toContain("#");

    // What a viewer may not do isn't shown.
    await guest.page.getByRole("link", { name: "Settings" }).click();
    await guest.page.getByRole("row", { name: "bob@example.org" }).getByText("viewer").waitFor();
    expect(await settingsLink(guest.page, "Device keys").count()).toBe(0);
    expect(await guest.page.getByRole("button", { name: "Make link" }).count()).toBe(0);

    await page.reload();
    const role = page.getByRole("group", { name: "Role of bob@example.org" });
    await role.getByRole("button", { name: "editor" }).click();
    await role.getByRole("button", { name: "editor", pressed: true }).waitFor();
    await guest.page.reload();
    await guest.page.getByRole("row", { name: "bob@example.org" }).getByText("editor").waitFor();
    await settingsLink(guest.page, "Device keys").waitFor();
    for (const { complaints } of [owner, guest])
      expect(complaints.filter((text) => !NOT_LOGGED_IN.test(text))).toEqual([]);

    // The link has let its one person in.
    await guest.page.goto(link);
    await guest.page.getByText("This invitation is used up, over, or taken back.").waitFor();
  });

  test("who lost a password gets a link from the admin, and leaves a project as an editor", async () => {
    const server = await runServer();
    const { page, complaints } = await openWatchedPage(browser);
    await createAccount(page, server);
    await page.getByRole("link", { name: "Settings" }).click();
    await settingsLink(page, "Members").click();
    await page.getByLabel("They may").selectOption("editor");
    await page.getByRole("button", { name: "Make link" }).click();
    const invitation = await page.getByLabel("New invitation link").innerText();
    const guest = await openWatchedPage(browser);
    await guest.page.goto(invitation);
    await guest.page.getByLabel("Email").fill("bob@example.org");
    await guest.page.getByLabel("Password").fill("a staple of correctness");
    await guest.page.getByRole("button", { name: "Create account" }).click();
    await guest.page.getByRole("button", { name: "Project Rocket" }).waitFor();

    await settingsLink(page, "People").click();
    const form = page.getByRole("form", { name: "Make a link for a lost password" });
    await form.getByRole("button", { name: "Make link" }).click();
    await page.getByRole("alert").getByText("Enter an email address").waitFor();
    await form.getByLabel("Email").fill("nobody@example.org");
    await form.getByRole("button", { name: "Make link" }).click();
    await page.getByRole("alert").getByText("No account has this address.").waitFor();
    await form.getByLabel("Email").fill("bob@example.org");
    await form.getByRole("button", { name: "Make link" }).click();
    const link = await page.getByLabel("New password link").innerText();

    const lost = await openWatchedPage(browser, { colorScheme: "light" });
    await lost.page.goto(link);
    await lost.page.getByText("For bob@example.org.").waitFor();
    await lost.page.getByLabel("New password").fill("password1");
    await lost.page.getByRole("button", { name: "Set password" }).click();
    await lost.page.getByRole("alert").getByText("Choose another password").waitFor();
    await lost.page.getByLabel("New password").fill("a new fine staple");
    await lost.page.getByRole("button", { name: "Set password" }).click();
    await lost.page.getByRole("button", { name: "Project Rocket" }).waitFor();
    expect(new URL(lost.page.url()).pathname + new URL(lost.page.url()).hash).toBe("/");
    await guest.page.reload();
    await guest.page.getByRole("button", { name: "Log in" }).waitFor();
    await guest.page.goto(link);
    await guest.page.getByText("This link is used up or over: ask for another.").waitFor();

    await lost.page.getByRole("link", { name: "Settings" }).click();
    await settingsLink(lost.page, "Members").click();
    expect(await lost.page.getByRole("button", { name: "Remove ann@example.org" }).count()).toBe(0);
    await lost.page.getByRole("button", { name: "Leave this project" }).click();
    await lost.page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
    await lost.page.getByText("You don’t belong to this project").waitFor();
    for (const heard of [complaints, lost.complaints])
      expect(heard.filter((text) => !NOT_LOGGED_IN.test(text) && !REFUSED.test(text))).toEqual([]);
  });

  test("the first account from another machine takes the code, and a wrong one says so", async () => {
    const server = await runServer("--public-url", "http://wheelhouse.example");
    const [, code = ""] = await server.printed(/code +(\S+) makes the first account/);
    // As a proxy would say it.
    const { page } = await openWatchedPage(browser, {
      extraHTTPHeaders: { "x-forwarded-for": "203.0.113.9" },
    });
    await page.goto(server.address);
    await page.getByText("The server printed it where it was started").waitFor();
    await page.getByLabel("Email").fill("ann@example.org");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("alert").getByText("Enter the code that the server printed.").waitFor();
    await page.getByLabel("One-time code").fill("NOT-THE-CODE");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("alert").getByText("This isn't the code that the server printed.").waitFor();
    expect(await page.getByLabel("One-time code").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("One-time code").fill(code.toLowerCase());
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByText("Waiting for the first line…").waitFor();
  });

  test("where everybody may register, the log-in leads to signing up", async () => {
    const server = await runServer("--open-registration");
    const { page } = await openWatchedPage(browser);
    await createAccount(page, server);
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByLabel("Email").fill("ann@example.org");
    await page.getByLabel("Password").fill("a staple of correctness");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("alert").getByText("There is an account of this address already.").waitFor();
    await page.getByLabel("Email").fill("bob@example.org");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("button", { name: "Project My game" }).waitFor();
  });

  test("a second project is made, has a key, and is switched to and from", async () => {
    const server = await runServer();
    const { page } = await openWatchedPage(browser);
    const key = await createAccount(page, server);
    await page.getByRole("button", { name: "Project Rocket" }).click();
    await page.getByRole("button", { name: "New project…" }).click();
    await page.getByLabel("Name of the new project").fill("Submarine");
    await page.getByRole("button", { name: "Make project" }).click();
    await page.getByRole("button", { name: "Project Submarine" }).click();
    expect(await page.getByLabel("Device key", { exact: true }).innerText()).not.toBe(key);
    await page.getByRole("link", { name: "Rocket" }).click();
    await page.getByRole("button", { name: "Project Rocket" }).waitFor();
    await page.getByLabel("Device key", { exact: true }).getByText(key).waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Project Submarine" }).waitFor();
  });
});

/** Waits until the value in that row is another one than it is now. */
async function changesByItself(page: Page, name: string): Promise<void> {
  const cell = row(page, name).getByRole("cell").nth(1);
  const before = await cell.innerText();
  await cell.getByText(before, { exact: true }).waitFor({ state: "detached" });
}

/** What a program with that token is answered. */
async function statusFor({ address }: ServerProgram, token: string): Promise<number> {
  const response = await fetch(`${address}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  return response.status;
}
