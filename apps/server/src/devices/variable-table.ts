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
  type KindName,
  type VariableDeclaration,
} from "@wheelhouse/protocol";
import type { DeviceBatch, Reading, StoredVariable } from "@wheelhouse/storage";
import type { ChangeRefusal, TypedValue } from "./protocol.ts";
import { ReportedValues, type Reported } from "./reported-values.ts";
import { VariableShape, type Source, type VariableFacts } from "./variable-shape.ts";

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

/** A value as its kind has it. */
interface FittingValue {
  readonly value: JsonValue;
  readonly kind: KindName;
}

/** A variable as it is now. */
export interface VariableEntry extends VariableFacts {
  readonly reported: Reported | null;
}

export class VariableTable {
  #shape: VariableShape;
  readonly #reported = new ReportedValues();

  constructor(stored: readonly StoredVariable[]) {
    this.#shape = VariableShape.of(
      stored.map(({ declaration, type }) => ({ declaration, type, source: "stored" })),
    );
    for (const { declaration, type, reported } of stored) {
      if (reported === null) continue;
      this.#show(declaration.name, reported.value, reported);
      if (type === null) this.#fitReported(declaration);
    }
  }

  get names(): readonly string[] {
    return this.#shape.facts.map(({ declaration }) => declaration.name);
  }

  get(name: string): VariableEntry | undefined {
    const facts = this.#shape.get(name);
    return facts === undefined ? undefined : { ...facts, reported: this.#reportedOf(name) };
  }

  #reportedOf(name: string): Reported | null {
    const place = this.#shape.placeOf(name);
    return place === undefined ? null : this.#reported.get(place);
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
      const entry = this.#shape.get(name);
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
      const fit = this.fit(name, wanted);
      if ("code" in fit) return fit;
      const isTrigger = fit.kind === "trigger";
      if (isTrigger && !online)
        return { code: "offline", message: `the device is away, so ${name} can't go off`, field: name };
      pressesTrigger ||= isTrigger;
      checked.push({
        name,
        from: isTrigger ? null : (this.#reportedOf(name)?.value ?? null),
        value: fit.value,
      });
    }
    return this.#tooLong(checked) ?? { values: checked, pressesTrigger };
  }

  /** Whether a variable may be set to that, as it is declared now. */
  fit(name: string, wanted: JsonValue): FittingValue | RefusedChange {
    const declaration = this.#shape.get(name)?.declaration;
    if (declaration === undefined) {
      const message = `this device has no variable ${showValue(name)}`;
      return { code: "unknown_variable", message, field: name };
    }
    if (!declaration.writable) return { code: "read_only", message: `${name} can only be read`, field: name };
    const fit = fitValue(declaration, wanted);
    return "code" in fit ? { ...fit, field: name } : { value: fit.value, kind: declaration.kind };
  }

  /** A change that is too long for a line could be answered by no device, and would be sent again for as long as it lasts. */
  #tooLong(values: CheckedChange["values"]): RefusedChange | undefined {
    let bytes = 0;
    for (const { name, value } of values) {
      const type = this.#shape.get(name)?.type ?? "";
      bytes += Buffer.byteLength(JSON.stringify({ name, type, value }));
      if (bytes > MAX_CHANGE_BYTES) {
        const message = `expected a change of at most ${MAX_CHANGE_BYTES} bytes, counting {"name","type","value"} of each variable as JSON, got more up to ${showValue(name)}`;
        return { code: "invalid", message, field: name };
      }
    }
    return undefined;
  }

  /** The declaration that a value of an undeclared variable makes, if it is news. */
  #infer(name: string, value: JsonValue): NewDeclaration | undefined {
    const entry = this.#shape.get(name);
    if (entry?.source === "declared") return undefined;
    if (entry?.source === "stored" && kindOf(entry.declaration.kind).parse(value) !== undefined)
      return undefined;
    const declaration = { name, kind: inferKind(value, entry?.declaration.kind), writable: false };
    return this.#declareOne(declaration, null, "inferred") ? { declaration, type: null } : undefined;
  }

  /** Whether anything of it changed. */
  #declareOne(declaration: VariableDeclaration, type: string | null, source: Source): boolean {
    const before = this.#shape.get(declaration.name);
    const changed =
      before === undefined ||
      before.type !== type ||
      !jsonEqual(before.declaration as unknown as JsonObject, declaration as unknown as JsonObject);
    if (changed || before.source !== source) this.#shape = this.#shape.with({ declaration, type, source });
    if (before !== undefined && before.declaration.kind !== declaration.kind) this.#fitReported(declaration);
    return changed;
  }

  /**
   * What was reported of a variable is read as the kind it has now, or forgotten: no reader of the API expects a number of a text.
   * The storage keeps it as it came, so what it has is read the same way.
   */
  #fitReported({ name, kind }: VariableDeclaration): void {
    const place = this.#shape.placeOf(name);
    const reported = place === undefined ? null : this.#reported.get(place);
    if (place === undefined || reported === null) return;
    const value = kindOf(kind).parse(reported.value);
    if (value === undefined) this.#reported.forget(place);
    else this.#reported.set(place, value, reported.at, reported.receivedAt);
  }

  #report(names: readonly string[], values: readonly JsonValue[], times: ReportTimes): Reading {
    const { at, receivedAt, backlog } = times;
    if (!backlog)
      for (let index = 0; index < names.length; index += 1)
        this.#show(names[index] as string, values[index] as JsonValue, times);
    return { at, receivedAt, backlog, names, values };
  }

  #show(name: string, value: JsonValue, { at, receivedAt }: Pick<ReportTimes, "at" | "receivedAt">): void {
    const place = this.#shape.placeOf(name);
    if (place !== undefined) this.#reported.set(place, value, at, receivedAt);
  }
}
