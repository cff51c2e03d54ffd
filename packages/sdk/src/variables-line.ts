/** The body of a `variables` line: made of values that are JSON text already, and looked at again after a declaration. Pure. */

import type { JsonObject, KindName } from "@wheelhouse/protocol";

import { toValueText } from "./json-text.ts";
import type { Draft } from "./outbox.ts";

/** JSON text, and what a person calls it. */
export interface NamedText {
  readonly name: string;
  readonly json: string;
}

/** A field of a JSON object. */
export function toField(name: string, json: string): NamedText {
  return { name, json: `${JSON.stringify(name)}:${json}` };
}

/** `at` is in milliseconds since 1970. */
export function toVariables(at: number, fields: readonly NamedText[]): Draft {
  return {
    type: "variables",
    body: `"at":${at},"values":{${joinTexts(fields)}}`,
    names: fields.map(({ name }) => name),
  };
}

export function joinTexts(texts: readonly NamedText[]): string {
  return texts.map(({ json }) => json).join(",");
}

/** The line without the values that aren't of these kinds, and as it is when all are; `undefined` when none is. */
export function refit(draft: Draft, kind: (name: string) => KindName | undefined): Draft | undefined {
  if (draft.names === undefined) return draft;
  const { at, values } = JSON.parse(`{${draft.body}}`) as {
    readonly at: number;
    readonly values: JsonObject;
  };
  const fields: NamedText[] = [];
  for (const [name, value] of Object.entries(values)) {
    const json = toValueText(value, kind(name));
    if (typeof json === "string") fields.push(toField(name, json));
  }
  if (fields.length === draft.names.length) return draft;
  return fields.length === 0 ? undefined : toVariables(at, fields);
}
