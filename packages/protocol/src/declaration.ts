/** What a device declares of a variable, and reading that declaration. */

import { expectedToBe, isJsonObject, type JsonObject, type JsonValue } from "./json.ts";
import { KIND_NAMES, isKindName, kindOf, type KindName } from "./kinds/index.ts";
import type { Limits } from "./kinds/kind.ts";
import { MAX_NAME_LENGTH } from "./limits.ts";

/** A variable as its device describes it. */
export interface VariableDeclaration extends Limits {
  readonly name: string;
  readonly kind: KindName;
  readonly unit?: string;
  readonly group?: string;
  readonly help?: string;
  /** Whether a person may write it; false unless declared. */
  readonly writable: boolean;
}

/** A declaration as it comes over the wire: with the variable's value where the device has one already. */
export interface DeclaredVariable {
  readonly declaration: VariableDeclaration;
  readonly value?: JsonValue;
}

/** What is wrong with a declaration, in words that name the field. */
export interface DeclarationProblem {
  readonly problem: string;
}

/** What a name has to be, in words that follow "expected … to be". */
export const NAME_RULE = `well-formed text of 1 to ${MAX_NAME_LENGTH} characters, not . or ..`;

/**
 * Whether a variable or a marker may be called so. No web address can hold `.` or `..` as a part of its own (URL Standard,
 * §4.4), and halves of surrogate pairs are all one character once they are stored as UTF-8.
 */
export function isVariableName(input: unknown): input is string {
  return (
    typeof input === "string" &&
    input.length > 0 &&
    input.length <= MAX_NAME_LENGTH &&
    input !== "." &&
    input !== ".." &&
    input.isWellFormed()
  );
}

/** Reads one entry of `declare`'s `variables`; `where` names it in a problem. Unknown fields are ignored. */
export function parseDeclaration(input: unknown, where: string): DeclaredVariable | DeclarationProblem {
  if (!isJsonObject(input)) return problem(where, "an object", input);
  const { name, kind } = input;
  if (!isVariableName(name)) return problem(`${where}.name`, NAME_RULE, name);
  if (!isKindName(kind)) return problem(`${where}.kind`, `one of ${KIND_NAMES.join(", ")}`, kind);
  const fault = findFault(input, where);
  if (fault !== undefined) return fault;
  const declaration = pickDeclaration(input, name, kind);
  if (kind === "enum" && declaration.options === undefined)
    return problem(`${where}.options`, "a list of text", undefined);
  if (input["value"] === undefined) return { declaration };
  const value = kindOf(kind).parse(input["value"]);
  return value === undefined
    ? problem(`${where}.value`, kindOf(kind).expects, input["value"])
    : { declaration, value };
}

const FIELDS: Readonly<Record<string, { readonly expected: string; fits(value: JsonValue): boolean }>> = {
  min: { expected: "a number", fits: Number.isFinite },
  max: { expected: "a number", fits: Number.isFinite },
  step: { expected: "a number above 0", fits: (value) => Number.isFinite(value) && Number(value) > 0 },
  unit: { expected: "text", fits: (value) => typeof value === "string" },
  group: { expected: "text", fits: (value) => typeof value === "string" },
  help: { expected: "text", fits: (value) => typeof value === "string" },
  writable: { expected: "true or false", fits: (value) => typeof value === "boolean" },
  options: {
    expected: "a list of text",
    fits: (value) =>
      Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string"),
  },
};

function findFault(input: JsonObject, where: string): DeclarationProblem | undefined {
  for (const [field, rule] of Object.entries(FIELDS)) {
    const value = input[field];
    if (value !== undefined && !rule.fits(value)) return problem(`${where}.${field}`, rule.expected, value);
  }
  const { min, max } = input as Limits;
  if (min !== undefined && max !== undefined && min > max)
    return problem(`${where}.max`, `at least min (${min})`, max);
  return undefined;
}

function pickDeclaration(input: JsonObject, name: string, kind: KindName): VariableDeclaration {
  const known = Object.keys(FIELDS).filter((field) => input[field] !== undefined);
  return { writable: false, name, kind, ...Object.fromEntries(known.map((field) => [field, input[field]])) };
}

function problem(where: string, expected: string, got: unknown): DeclarationProblem {
  return { problem: expectedToBe(where, expected, got) };
}
