/** One variable: its value, whether it is plotted, and an editor where it can be written. */

import { ChartSpline, Lock } from "lucide-react";
import { memo } from "react";
import { useVariable } from "../live/live-context.tsx";
import { Button } from "../shell/button.tsx";
import { DraftCell } from "./draft-cell.tsx";
import type { Draft } from "./drafts.ts";
import type { DraftActions } from "./use-drafts.ts";
import { ValueText } from "./value-cell.tsx";
import { isNumeric } from "./value-text.ts";
import styles from "./variables.module.css";

interface Props {
  readonly name: string;
  readonly draft: Draft | undefined;
  readonly actions: DraftActions;
  /** Whether this person may write at all. */
  readonly mayWrite: boolean;
  /** Its place among the plotted ones; -1 when it isn't. */
  readonly plottedAt: number;
  readonly onTogglePlot: (name: string) => void;
}

export const VariableRow = memo(function VariableRow(props: Props) {
  const { name, draft, actions, mayWrite, plottedAt, onTogglePlot } = props;
  const variable = useVariable(name);
  if (variable === undefined) return null;
  const isWritable = variable.writable && mayWrite;
  return (
    <tr role="row" aria-label={name} className={styles.row} data-variable={name}>
      <td role="cell" className={styles.plotCell}>
        {isNumeric(variable.kind) && (
          <Button
            look="icon"
            className={styles.plotButton}
            style={plottedAt < 0 ? undefined : { color: `var(--series-${plottedAt + 1})` }}
            aria-label={`Plot ${name}`}
            aria-pressed={plottedAt >= 0}
            title={plottedAt < 0 ? "Plot" : "Remove from the plot"}
            onClick={() => onTogglePlot(name)}
          >
            <ChartSpline size={14} />
          </Button>
        )}
      </td>
      <th role="rowheader" scope="row" className={styles.name} title={variable.help ?? name}>
        {name}
      </th>
      <td role="cell" className={styles.valueCell}>
        <ValueText variable={variable} />
      </td>
      {isWritable ? (
        <DraftCell variable={variable} draft={draft} actions={actions} />
      ) : (
        <td role="cell" colSpan={2} className={styles.readOnly}>
          <Lock size={11} aria-hidden="true" />
          <span>read-only</span>
        </td>
      )}
    </tr>
  );
});
