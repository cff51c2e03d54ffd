/** What a game declares of its variables: checked, and made into lines. Pure. */

import {
  formatMessage,
  parseDeclaration,
  type DeclaredVariable,
  type JsonValue,
  type VariableDeclaration,
} from "@wheelhouse/protocol";

import { byteLength } from "./byte-length.ts";

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

/** @throws {@link DeclarationError} naming the field, what was given and what would be right. */
export function toDeclared(name: string, declaration: Declaration): DeclaredVariable {
  const declared = parseDeclaration({ ...declaration, name }, name);
  if ("problem" in declared) throw new DeclarationError(declared.problem);
  return declared;
}

/** As one line, or as few more as the limit asks for. `oversized` are the names of those that fit in no line. */
export function formatDeclarations(
  variables: readonly DeclaredVariable[],
  maxLineBytes: number,
): { readonly lines: readonly string[]; readonly oversized: readonly string[] } {
  if (variables.length === 0) return { lines: [], oversized: [] };
  const line = formatMessage({ type: "declare", variables });
  if (byteLength(line) <= maxLineBytes) return { lines: [line], oversized: [] };
  if (variables.length === 1)
    return { lines: [], oversized: variables.map(({ declaration }) => declaration.name) };
  const middle = Math.ceil(variables.length / 2);
  const first = formatDeclarations(variables.slice(0, middle), maxLineBytes);
  const second = formatDeclarations(variables.slice(middle), maxLineBytes);
  return { lines: [...first.lines, ...second.lines], oversized: [...first.oversized, ...second.oversized] };
}
