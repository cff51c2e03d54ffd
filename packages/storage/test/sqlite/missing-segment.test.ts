/** A segment whose file is gone takes what was in it with it, and nothing else. */

import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NOON } from "../../src/contract/subject.ts";
import { useHours } from "./hours.ts";

const hours = useHours();

test("one that was closed: the others are read, and it is told of once", async () => {
  await hours.storage.close();
  rmSync(hours.file(2));
  await hours.openWithoutClosed();
  expect(await hours.storage.devices.retain(NOON)).toMatchObject({
    missing: [hours.nameOf(2)],
    segments: 0,
  });
  expect(await hours.storage.devices.retain(NOON)).toMatchObject({ missing: [] });
});

test("one that comes back is read again", async () => {
  await hours.storage.close();
  renameSync(hours.file(2), join(hours.folder, "away"));
  await hours.open();
  await hours.expect(0, 2, 3);
  renameSync(join(hours.folder, "away"), hours.file(2));
  await hours.storage.devices.retain(NOON);
  await hours.expect(0, 1, 2, 3);
});

test("the one that was being written to: what comes goes into another", async () => {
  await hours.storage.close();
  rmSync(hours.file(4));
  await hours.openWithoutLast();
});

test.skipIf(process.platform === "win32")(
  "the one that is being written to: from the next look on (skipped on Windows, where an open file stays)",
  async () => {
    rmSync(hours.file(4));
    expect(await hours.storage.devices.retain(NOON)).toMatchObject({ missing: [hours.nameOf(4)] });
    await hours.append(4);
    await hours.storage.close();
    await hours.open();
    await hours.expect(0, 1, 2, 4);
  },
);
