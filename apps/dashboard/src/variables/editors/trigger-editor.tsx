/** A button. Pressing it is all there is to edit, so it is sent at once. */

import { Button } from "../../shell/button.tsx";
import { MAIN_FIELD, type EditorProps } from "./editor.ts";

export function TriggerEditor({ variable, onInput }: EditorProps) {
  return (
    <Button {...MAIN_FIELD} aria-label={`Press ${variable.name}`} onClick={() => onInput(true)}>
      Press
    </Button>
  );
}
