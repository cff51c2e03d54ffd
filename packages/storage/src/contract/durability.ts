/** Closing, and what is there after opening again. */

import { describe, expect, test } from "vitest";
import { webSession } from "./accounts-credentials.ts";
import { StorageClosedError } from "../ports.ts";
import {
  NOON,
  ann,
  batch,
  beginRun,
  changeOf,
  declaration,
  log,
  marker,
  opening,
  pixel,
  rocket,
  rocketKey,
  sample,
  type Subject,
} from "./subject.ts";

export function durabilityContract(subject: Subject): void {
  const devices = () => subject.storage.devices;

  async function readEverything(): Promise<readonly unknown[]> {
    const { accounts } = subject.storage;
    const everything = [
      subject.storage.epoch,
      await accounts.countUsers(),
      await accounts.userByEmail(ann.email),
      await accounts.memberships(ann.id),
      await accounts.sessionHolder("h-1"),
      await accounts.deviceKeys(rocket.id),
      await devices().devices(rocket.id),
      await devices().deviceState(pixel),
      await devices().history({ ...pixel, name: "speed", kind: "float", points: 10 }),
      await devices().logs({ project: rocket.id, limit: 10 }),
      await devices().writes({ project: rocket.id, limit: 10 }),
      await devices().lastEntry(),
      await devices().entriesAfter(rocket.id, 0, 100),
      await devices().markers({ project: rocket.id, limit: 10 }),
      await devices().samples({ project: rocket.id, limit: 10 }),
      await devices().sessions({ project: rocket.id, limit: 10 }),
    ];
    expect(everything).not.toContain(undefined);
    return everything;
  }

  test("everything is there after opening again", async () => {
    await beginRun(subject);
    const { accounts } = subject.storage;
    await accounts.addWebSession(webSession("h-1"));
    await accounts.addDeviceKey({ ...rocketKey, id: "k-2", key: "secondsecond" });
    await accounts.revokeDeviceKey(rocket.id, rocketKey.id, NOON + 1);
    await devices().append(
      batch({ seq: 5, missed: 2, declarations: [declaration("speed")], samples: [sample("speed", 4)] }),
    );
    await devices().append(
      batch({ seq: 6, logs: [log("kept", { fields: { a: 1 } })], markers: [marker("kept too")] }),
    );
    await accounts.setRetention(rocket.id, { maxAgeMs: 1_000, maxBytes: null });
    await devices().updateDevice({ ...pixel, name: "Ann's phone" });
    const { writes } = await devices().change(changeOf({ speed: 1 }));
    await devices().updateWrites([{ id: writes[0]?.id ?? 0, state: "rejected", reason: "no", at: NOON + 2 }]);
    await devices().change(changeOf({ speed: 2 }));
    await devices().closeSession({ session: "s-1", at: NOON, reason: "lost", resumable: true });
    const before = await readEverything();
    await subject.reopen();
    expect(await readEverything()).toEqual(before);
    expect(await devices().openSession(opening(pixel, "s-2", { resume: "s-1" }))).toEqual({
      session: "s-1",
      resumed: true,
      acknowledged: 6,
      missed: 2,
    });
  });

  test("an epoch is a name that stays", async () => {
    const { epoch } = subject.storage;
    expect(epoch).not.toBe("");
    await subject.reopen();
    expect(subject.storage.epoch).toBe(epoch);
  });

  describe("closing", () => {
    test("waits for what was asked before", async () => {
      await beginRun(subject);
      const appended = Array.from({ length: 20 }, (_, index) =>
        devices().append(batch({ seq: index + 1, logs: [log(`${index}`)] })),
      );
      const read = devices().devices(rocket.id);
      await subject.storage.close();
      expect(await Promise.all(appended)).toHaveLength(20);
      expect(await read).toHaveLength(1);
      await subject.reopen();
      expect(await devices().logs({ project: rocket.id, limit: 100 })).toHaveLength(20);
    });

    test("makes later calls reject, and may be asked twice", async () => {
      await beginRun(subject);
      const closing = subject.storage.close();
      await expect(devices().append(batch())).rejects.toThrow(StorageClosedError);
      await expect(devices().lastEntry()).rejects.toThrow(StorageClosedError);
      await closing;
      await subject.storage.close();
      await expect(subject.storage.accounts.countUsers()).rejects.toThrow(StorageClosedError);
      await expect(devices().openSession(opening(pixel, "s-2"))).rejects.toThrow(StorageClosedError);
    });
  });
}
