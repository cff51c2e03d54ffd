/**
 * Changes on their way to devices: stored for all of them first, so that each is sent its own at once; then all are waited
 * for together.
 */

import { API_ERRORS, ApiError, errorBody, type Answer, type Write } from "@wheelhouse/api";
import {
  CALL_TIMEOUT_MS,
  CallTimeoutError,
  NoProcessError,
  ProcessExitedError,
  type Verbs,
} from "@wheelhouse/actors";
import type { JsonObject } from "@wheelhouse/protocol";
import {
  OPEN_WRITE_STATES,
  StorageFailedError,
  type DeviceAddress,
  type WriteRecord,
} from "@wheelhouse/storage";
import { eachOf, withDevice } from "../devices/devices.ts";
import type { ChangeOutcome } from "../devices/protocol.ts";
import { toWrite } from "../devices/views.ts";
import { Store } from "../store/store.ts";
import { storageUnavailable, toErrorAnswer, unknownDevice } from "./answers.ts";

/** What a person wants of a device. */
export interface Wish {
  readonly values: JsonObject;
  readonly by: string;
  readonly expiresInMs: number | undefined;
  /** How long after the request the answer may still wait for the devices'. */
  readonly waitMs: number | undefined;
}

type Changed = Answer<"changeVariables">;
type ManyChanged = Answer<"changeMany">;
type Refused = Extract<ManyChanged["results"][number], { error: unknown }>;
type StoredChange = Pick<Extract<ChangeOutcome, { outcome: "stored" }>, "set" | "writes"> & {
  readonly address: DeviceAddress;
};

export class Changing {
  readonly #ctx: Verbs;
  /** What ends each wait that is going on; `undefined` once the web server closes. */
  #waits: Set<() => void> | undefined = new Set();

  constructor(ctx: Verbs) {
    this.#ctx = ctx;
  }

  /**
   * Changes one device: 200 once no write of it is open any more, else 202 with what became of it so far.
   *
   * @throws ApiError when it is refused.
   */
  async one(address: DeviceAddress, wish: Wish): Promise<readonly [200 | 202, Changed]> {
    const deadline = this.#deadlineOf(wish);
    const stored = await this.#store(address, wish);
    const writes = await this.#whatBecame(stored, deadline);
    return [statusOf(writes, deadline), { set: stored.set, writes: writes.map(toResult) }];
  }

  /** Changes several, with a result each in their order: what goes wrong with one is its own. */
  async many(addresses: readonly DeviceAddress[], wish: Wish): Promise<readonly [200 | 202, ManyChanged]> {
    const deadline = this.#deadlineOf(wish);
    const stored = await eachOf(addresses, (address) => this.#tryStore(address, wish));
    const ended = await Promise.all(
      stored.map(async (each) =>
        "error" in each ? each : { ...each, writes: await this.#whatBecame(each, deadline) },
      ),
    );
    const results = ended.map((each) =>
      "error" in each
        ? each
        : { device: each.address.device, set: each.set, writes: each.writes.map(toResult) },
    );
    const writes = ended.flatMap((each) => ("error" in each ? [] : each.writes));
    return [statusOf(writes, deadline), { results }];
  }

  /** Nobody is waited for any more: each answer says what is stored by then. */
  endWaits(): void {
    const waits = this.#waits;
    this.#waits = undefined;
    for (const end of waits ?? []) end();
  }

  #deadlineOf({ waitMs = 0 }: Wish): number | undefined {
    return waitMs === 0 ? undefined : this.#ctx.now() + waitMs;
  }

  async #store(address: DeviceAddress, { values, by, expiresInMs }: Wish): Promise<StoredChange> {
    const ctx = this.#ctx;
    const outcome = await withDevice(ctx, address, (ref) => ctx.call(ref, "change", values, by, expiresInMs));
    return { address, ...expectStored(outcome) };
  }

  async #tryStore(address: DeviceAddress, wish: Wish): Promise<StoredChange | Refused> {
    try {
      return await this.#store(address, wish);
    } catch (error) {
      const isItsOwn = error instanceof ApiError || error instanceof StorageFailedError || isSilence(error);
      if (!isItsOwn) throw error;
      return { device: address.device, ...errorBody.parse(toErrorAnswer(error).body) };
    }
  }

  /** The change's writes when none is open any more, or as they are at the deadline. */
  async #whatBecame(
    { address, set, writes }: StoredChange,
    deadline: number | undefined,
  ): Promise<readonly WriteRecord[]> {
    if (deadline === undefined) return writes;
    const leftMs = Math.max(0, deadline - this.#ctx.now());
    const known =
      (await this.#unlessEnded(this.#ask(address, set, leftMs))) ?? (await this.#ask(address, set, 0));
    const byId = new Map(known?.map((write) => [write.id, write]));
    return Promise.all(writes.map(async (write) => byId.get(write.id) ?? this.#lookUp(write)));
  }

  /** What the device's process knows of the change after so long; `undefined` when it ends meanwhile, or is held up. */
  async #ask(
    address: DeviceAddress,
    set: number,
    waitMs: number,
  ): Promise<readonly WriteRecord[] | undefined> {
    const ctx = this.#ctx;
    try {
      return await withDevice(ctx, address, (ref) =>
        ctx.callWithin(waitMs + CALL_TIMEOUT_MS, ref, "settled", set, waitMs),
      );
    } catch (error) {
      if (isSilence(error)) return undefined;
      throw error;
    }
  }

  /** A settled write that was written over meanwhile is known to the storage only. */
  async #lookUp(write: WriteRecord): Promise<WriteRecord> {
    try {
      return (await this.#ctx.call(Store, "write", write.project, write.id)) ?? write;
    } catch (error) {
      // That it is stored stays true.
      if (error instanceof StorageFailedError || isSilence(error)) return write;
      throw error;
    }
  }

  /** The result, or `undefined` as soon as the web server closes. */
  #unlessEnded<T>(work: Promise<T>): Promise<T | undefined> {
    const waits = this.#waits;
    return new Promise((resolve, reject) => {
      const end = () => resolve(undefined);
      if (waits === undefined) end();
      waits?.add(end);
      work.then(resolve, reject).finally(() => waits?.delete(end));
    });
  }
}

function isSilence(error: unknown): boolean {
  return (
    error instanceof CallTimeoutError ||
    error instanceof NoProcessError ||
    error instanceof ProcessExitedError
  );
}

function statusOf(writes: readonly WriteRecord[], deadline: number | undefined): 200 | 202 {
  const isOpen = writes.some(({ state }) => deadline === undefined || OPEN_WRITE_STATES.includes(state));
  return isOpen ? 202 : 200;
}

function toResult(record: WriteRecord) {
  const { id, name, value, state, applied, reason }: Write = toWrite(record);
  return { id, name, value, state, applied, reason };
}

function expectStored(outcome: ChangeOutcome): Extract<ChangeOutcome, { outcome: "stored" }> {
  switch (outcome.outcome) {
    case "stored":
      return outcome;
    case "refused":
      throw new ApiError(outcome.code, outcome.message, {
        status: API_ERRORS[outcome.code],
        field: outcome.field,
      });
    case "unknown_device":
      throw unknownDevice();
    case "storage_unavailable":
      throw storageUnavailable();
  }
}
