/** A device's variables as its process knows them: what was declared, reported and asked for. Pure. */

import {
  MAX_CHANGE_BYTES,
  fitValue,
  inferKind,
  jsonEqual,
  kindOf,
  showValue,
  type DeclaredVariable,
  type JsonObject,
  type JsonValue,
  type VariableDeclaration,
} from "@wheelhouse/protocol";
import type { DeviceBatch, StoredVariable, Time } from "@wheelhouse/storage";
import type { Reading } from "./batch.ts";
import type { ChangeRefusal, TypedValue } from "./protocol.ts";

type NewDeclaration = DeviceBatch["declarations"][number];

/** What a line adds to the data. */
export interface Report {
  readonly declarations: readonly NewDeclaration[];
  readonly reading: Reading;
}

export interface ReportTimes {
  readonly at: number;
  readonly receivedAt: number;
  readonly backlog: boolean;
}

/** A wish that can be granted: each value as its kind has it, and what it is now. */
export interface CheckedChange {
  /** Whether a trigger is among them. */
  readonly pressesTrigger: boolean;
  readonly values: readonly { readonly name: string; readonly from: JsonValue; readonly value: JsonValue }[];
}

export interface RefusedChange {
  readonly code: ChangeRefusal;
  readonly message: string;
  readonly field: string;
}

/**
 * Where a declaration comes from. One that was stored holds for as long as the values fit it; only one that the device
 * declared in this run refuses values.
 */
type Source = "declared" | "stored" | "inferred";

interface Entry {
  declaration: VariableDeclaration;
  /** Dialect 1's name of its type. */
  type: string | null;
  source: Source;
  reported: Reported | null;
}

/** Changed in its place: a new one for each value would live just long enough to be dear to collect. */
interface Reported {
  value: JsonValue;
  at: Time;
  receivedAt: Time;
}

export class VariableTable {
  readonly #entries = new Map<string, Entry>();

  constructor(stored: readonly StoredVariable[]) {
    for (const { declaration, type, reported } of stored) {
      const own = reported === null ? null : { ...reported };
      this.#entries.set(declaration.name, { declaration, type, source: "stored", reported: own });
    }
  }

  get entries(): IterableIterator<Readonly<Entry>> {
    return this.#entries.values();
  }

  get(name: string): Readonly<Entry> | undefined {
    return this.#entries.get(name);
  }

  /** Adds or replaces declarations; values that come with them are reported too. */
  declare(variables: readonly DeclaredVariable[], times: ReportTimes): Report {
    const declarations: NewDeclaration[] = [];
    const names: string[] = [];
    const values: JsonValue[] = [];
    for (const { declaration, value } of variables) {
      if (this.#declareOne(declaration, null, "declared")) declarations.push({ declaration, type: null });
      if (value === undefined) continue;
      names.push(declaration.name);
      values.push(value);
    }
    return { declarations, reading: this.#report(names, values, times) };
  }

  /** Values by name. A value that isn't of its declared kind refuses all of them: its text says why. */
  reportValues(values: JsonObject, times: ReportTimes): Report | string {
    const names = Object.keys(values);
    const fitting: JsonValue[] = [];
    for (const name of names) {
      const value = values[name] as JsonValue;
      const entry = this.#entries.get(name);
      const parsed = entry === undefined ? undefined : kindOf(entry.declaration.kind).parse(value);
      if (parsed === undefined && entry?.source === "declared") {
        return `expected values.${name} to be ${kindOf(entry.declaration.kind).expects}, got: ${showValue(value)}`;
      }
      fitting.push(entry?.source === "inferred" ? value : (parsed ?? value));
    }
    const declarations: NewDeclaration[] = [];
    for (const [place, name] of names.entries()) {
      const inferred = this.#infer(name, fitting[place] as JsonValue);
      if (inferred !== undefined) declarations.push(inferred);
    }
    return { declarations, reading: this.#report(names, fitting, times) };
  }

  /** Dialect 1: values that bring their types; everything is writable. */
  reportTypedValues(values: readonly TypedValue[], times: ReportTimes): Report {
    const declarations: NewDeclaration[] = [];
    for (const { name, type, kind } of values) {
      const declaration = { name, kind, writable: true };
      if (this.#declareOne(declaration, type, "declared")) declarations.push({ declaration, type });
    }
    const reading = this.#report(
      values.map(({ name }) => name),
      values.map(({ value }) => value),
      times,
    );
    return { declarations, reading };
  }

  /** Checks a person's wish: all of it, before any of it is done. A trigger can only be pressed while its device is there. */
  checkChange(values: JsonObject, { online }: { readonly online: boolean }): CheckedChange | RefusedChange {
    const checked: { name: string; from: JsonValue; value: JsonValue }[] = [];
    let pressesTrigger = false;
    for (const [name, wanted] of Object.entries(values)) {
      const entry = this.#entries.get(name);
      if (entry === undefined) {
        return {
          code: "unknown_variable",
          message: `this device has no variable ${showValue(name)}`,
          field: name,
        };
      }
      if (!entry.declaration.writable)
        return { code: "read_only", message: `${name} can only be read`, field: name };
      const fit = fitValue(entry.declaration, wanted);
      if ("code" in fit) return { ...fit, field: name };
      const isTrigger = entry.declaration.kind === "trigger";
      if (isTrigger && !online)
        return { code: "offline", message: `the device is away, so ${name} can't go off`, field: name };
      pressesTrigger ||= isTrigger;
      checked.push({ name, from: isTrigger ? null : (entry.reported?.value ?? null), value: fit.value });
    }
    return this.#tooLong(checked) ?? { values: checked, pressesTrigger };
  }

  /** A change that is too long for a line could be answered by no device, and would be sent again for as long as it lasts. */
  #tooLong(values: CheckedChange["values"]): RefusedChange | undefined {
    let bytes = 0;
    for (const { name, value } of values) {
      const type = this.#entries.get(name)?.type ?? "";
      bytes += Buffer.byteLength(JSON.stringify([name, type, value]));
      if (bytes > MAX_CHANGE_BYTES) {
        const message = `expected a change of at most ${MAX_CHANGE_BYTES} bytes, got more up to ${showValue(name)}`;
        return { code: "invalid", message, field: name };
      }
    }
    return undefined;
  }

  /** The declaration that a value of an undeclared variable makes, if it is news. */
  #infer(name: string, value: JsonValue): NewDeclaration | undefined {
    const entry = this.#entries.get(name);
    if (entry?.source === "declared") return undefined;
    if (entry?.source === "stored" && kindOf(entry.declaration.kind).parse(value) !== undefined)
      return undefined;
    const declaration = { name, kind: inferKind(value, entry?.declaration.kind), writable: false };
    return this.#declareOne(declaration, null, "inferred") ? { declaration, type: null } : undefined;
  }

  /** Whether anything of it changed. */
  #declareOne(declaration: VariableDeclaration, type: string | null, source: Source): boolean {
    const before = this.#entries.get(declaration.name);
    const changed =
      before === undefined ||
      before.type !== type ||
      !jsonEqual(before.declaration as unknown as JsonObject, declaration as unknown as JsonObject);
    this.#entries.set(declaration.name, { declaration, type, source, reported: before?.reported ?? null });
    return changed;
  }

  #report(names: readonly string[], values: readonly JsonValue[], times: ReportTimes): Reading {
    if (!times.backlog) this.#show(names, values, times);
    const { at, receivedAt, backlog } = times;
    return { at, receivedAt, backlog, names, values };
  }

  #show(names: readonly string[], values: readonly JsonValue[], times: ReportTimes): void {
    for (let place = 0; place < names.length; place += 1) {
      const entry = this.#entries.get(names[place] as string);
      if (entry !== undefined) showOne(entry, values[place] as JsonValue, times);
    }
  }
}

function showOne(entry: Entry, value: JsonValue, { at, receivedAt }: ReportTimes): void {
  const reported = (entry.reported ??= { value, at, receivedAt });
  reported.value = value;
  reported.at = at;
  reported.receivedAt = receivedAt;
}
