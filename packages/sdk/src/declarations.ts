/** What a game declares of its variables: checked, and made into lines. Pure. */

import {
  MAX_LINE_BYTES,
  parseDeclaration,
  type JsonValue,
  type KindName,
  type VariableDeclaration,
} from "@wheelhouse/protocol";

import { byteLength } from "./byte-length.ts";
import { explain, toValueText } from "./json-text.ts";

/** A variable as a game describes it. `writable` is false unless said otherwise; `value` is what it is now. */
export interface Declaration extends Omit<VariableDeclaration, "name" | "writable"> {
  readonly writable?: boolean;
  readonly value?: JsonValue;
}

/** A declaration that no server would take. */
export class DeclarationError extends Error {
  override readonly name = "DeclarationError";
  readonly code = "invalid";
}

/** A declared variable, as it is sent. */
export interface DeclaredText {
  readonly name: string;
  readonly kind: KindName;
  /** The declaration as a JSON object, without the value. */
  readonly json: string;
  /** The newest value as JSON text, where there is one. */
  readonly value?: string;
}

/** @throws {@link DeclarationError} naming the field, what was given and what would be right. */
export function toDeclared(name: string, declaration: Declaration): DeclaredText {
  const parsed = parseDeclaration({ ...declaration, name, value: undefined }, name);
  if ("problem" in parsed) throw new DeclarationError(parsed.problem);
  const { kind } = parsed.declaration;
  const declared = { name, kind, json: JSON.stringify(parsed.declaration) };
  checkLength(declared);
  const { value } = declaration;
  if (value === undefined) return declared;
  const text = toValueText(value, kind);
  if (typeof text !== "string") throw new DeclarationError(explain(`${name}.value`, text));
  return { ...declared, value: text };
}

/** A value that is too long is left out of its declaration and told; without the rest nobody would know the variable. */
function checkLength(declared: DeclaredText): void {
  const bytes = byteLength(toLine([declared]));
  if (bytes > MAX_LINE_BYTES)
    throw new DeclarationError(
      `expected the declaration of ${declared.name} to be a line of at most ${MAX_LINE_BYTES} bytes, got: ${bytes} bytes`,
    );
}

export interface DeclarationLines {
  readonly lines: readonly string[];
  /** What fits in no line and was left out, in words. */
  readonly oversized: readonly string[];
}

/** As one line, or as few more as the limit asks for. */
export function formatDeclarations(
  variables: readonly DeclaredText[],
  maxLineBytes: number,
): DeclarationLines {
  const [first] = variables;
  if (first === undefined) return { lines: [], oversized: [] };
  const line = toLine(variables);
  if (byteLength(line) <= maxLineBytes) return { lines: [line], oversized: [] };
  if (variables.length === 1) return withoutValue(first, maxLineBytes);
  const middle = Math.ceil(variables.length / 2);
  const before = formatDeclarations(variables.slice(0, middle), maxLineBytes);
  const after = formatDeclarations(variables.slice(middle), maxLineBytes);
  return { lines: [...before.lines, ...after.lines], oversized: [...before.oversized, ...after.oversized] };
}

/** A value that is too long is no reason not to know the variable. */
function withoutValue({ value, ...declared }: DeclaredText, maxLineBytes: number): DeclarationLines {
  if (value === undefined) return { lines: [], oversized: [`the declaration of ${declared.name}`] };
  const { lines, oversized } = formatDeclarations([declared], maxLineBytes);
  return { lines, oversized: oversized.length > 0 ? oversized : [`the declared value of ${declared.name}`] };
}

function toLine(variables: readonly DeclaredText[]): string {
  return `{"type":"declare","variables":[${variables.map(toEntry).join(",")}]}\n`;
}

function toEntry({ json, value }: DeclaredText): string {
  return value === undefined ? json : `${json.slice(0, -1)},"value":${value}}`;
}
