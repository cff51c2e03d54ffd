/** The editor of each kind. A new kind is one file and one line here. */

import type { KindName } from "@wheelhouse/protocol";
import type { ComponentType } from "react";
import { BooleanEditor } from "./boolean-editor.tsx";
import { ColorEditor } from "./color-editor.tsx";
import type { EditorProps } from "./editor.ts";
import { EnumEditor } from "./enum-editor.tsx";
import { JsonEditor } from "./json-editor.tsx";
import { NumberEditor } from "./number-editor.tsx";
import { StringEditor } from "./string-editor.tsx";
import { TriggerEditor } from "./trigger-editor.tsx";
import { VectorEditor } from "./vector-editor.tsx";

export const EDITORS: Readonly<Record<KindName, ComponentType<EditorProps>>> = {
  boolean: BooleanEditor,
  integer: NumberEditor,
  float: NumberEditor,
  string: StringEditor,
  enum: EnumEditor,
  color: ColorEditor,
  vector: VectorEditor,
  json: JsonEditor,
  trigger: TriggerEditor,
};
