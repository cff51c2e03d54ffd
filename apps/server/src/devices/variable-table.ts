/** A device's variables as its process knows them: what was declared, reported and asked for. Pure. */

import {
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
import type { DeviceBatch, Sample, StoredVariable } from "@wheelhouse/storage";
import type { ChangeRefusal, TypedValue } from "./protocol.ts";

type NewDeclaration = DeviceBatch["declarations"][number];

/** What a line adds to the data. */
export interface Report {
  readonly declarations: readonly NewDeclaration[];
  readonly samples: readonly Sample[];
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
  reported: StoredVariable["reported"];
}

export class VariableTable {
  readonly #entries = new Map<string, Entry>();

  constructor(stored: readonly StoredVariable[]) {
    for (const { declaration, type, reported } of stored) {
      this.#entries.set(declaration.name, { declaration, type, source: "stored", reported });
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
    const samples: Sample[] = [];
    for (const { declaration, value } of variables) {
      if (this.#declareOne(declaration, null, "declared")) declarations.push({ declaration, type: null });
      if (value !== undefined) samples.push(this.#report(declaration.name, value, times));
    }
    return { declarations, samples };
  }

  /** Values by name. A value that isn't of its declared kind refuses all of them: its text says why. */
  reportValues(values: JsonObject, times: ReportTimes): Report | string {
    const fitting: [string, JsonValue][] = [];
    for (const [name, value] of Object.entries(values)) {
      const entry = this.#entries.get(name);
      const parsed = entry === undefined ? undefined : kindOf(entry.declaration.kind).parse(value);
      if (parsed === undefined && entry?.source === "declared") {
        return `expected values.${name} to be ${kindOf(entry.declaration.kind).expects}, got: ${showValue(value)}`;
      }
      fitting.push([name, entry?.source === "inferred" ? value : (parsed ?? value)]);
    }
    const declarations = fitting.flatMap(([name, value]) => this.#infer(name, value));
    return { declarations, samples: fitting.map(([name, value]) => this.#report(name, value, times)) };
  }

  /** Dialect 1: values that bring their types; everything is writable. */
  reportTypedValues(values: readonly TypedValue[], times: ReportTimes): Report {
    const declarations: NewDeclaration[] = [];
    const samples: Sample[] = [];
    for (const { name, type, kind, value } of values) {
      const declaration = { name, kind, writable: true };
      if (this.#declareOne(declaration, type, "declared")) declarations.push({ declaration, type });
      samples.push(this.#report(name, value, times));
    }
    return { declarations, samples };
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
    return { values: checked, pressesTrigger };
  }

  /** The declaration that a value of an undeclared variable makes, if it is news. */
  #infer(name: string, value: JsonValue): NewDeclaration[] {
    const entry = this.#entries.get(name);
    if (entry?.source === "declared") return [];
    if (entry?.source === "stored" && kindOf(entry.declaration.kind).parse(value) !== undefined) return [];
    const declaration = { name, kind: inferKind(value, entry?.declaration.kind), writable: false };
    return this.#declareOne(declaration, null, "inferred") ? [{ declaration, type: null }] : [];
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

  #report(name: string, value: JsonValue, { at, receivedAt, backlog }: ReportTimes): Sample {
    const entry = this.#entries.get(name);
    if (entry !== undefined && !backlog) entry.reported = { value, at, receivedAt };
    return { name, value, at, receivedAt, backlog };
  }
}
