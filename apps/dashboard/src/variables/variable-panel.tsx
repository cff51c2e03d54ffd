/** The open device's variables in a dense table. */

import { useMemo, type KeyboardEvent, type RefObject } from "react";
import { useSession } from "../account/account.ts";
import { useLive } from "../live/live-context.tsx";
import { Panel } from "../shell/panel.tsx";
import type { View } from "../shell/view.ts";
import { draftKey } from "./drafts.ts";
import { groupVariables, type Group } from "./groups.ts";
import { useDrafts } from "./use-drafts.ts";
import { VariableRow } from "./variable-row.tsx";
import styles from "./variables.module.css";

interface Props {
  readonly view: View;
  readonly device: string;
  /** Where the keyboard shortcuts find the filter and the rows. */
  readonly filterField: RefObject<HTMLInputElement | null>;
  readonly table: RefObject<HTMLTableElement | null>;
  readonly onFilter: (filter: string) => void;
  readonly onTogglePlot: (name: string) => void;
}

export function VariablePanel({ view, device, filterField, table, onFilter, onTogglePlot }: Props) {
  const layout = useLive("layout");
  const mayWrite = useSession().account.project.role !== "viewer";
  const [drafts, actions] = useDrafts(device);
  const groups = useMemo(() => groupVariables(layout ?? [], view.filter), [layout, view.filter]);
  const listed = groups.reduce((sum, group) => sum + group.variables.length, 0);
  const total = layout?.length ?? 0;

  function keyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key !== "Escape") return;
    onFilter("");
    event.currentTarget.blur();
  }

  return (
    <Panel
      title="Variables"
      note={layout === undefined ? "" : listed === total ? total : `${listed} of ${total}`}
      tools={
        <input
          ref={filterField}
          type="search"
          className={styles.filter}
          placeholder="Filter  /"
          aria-label="Filter variables"
          value={view.filter}
          onChange={(event) => onFilter(event.target.value)}
          onKeyDown={keyDown}
        />
      }
    >
      <table ref={table} role="table" className={styles.table} aria-label="Variables">
        <colgroup>
          <col className={styles.plotColumn} />
          <col className={styles.nameColumn} />
          <col className={styles.valueColumn} />
          <col />
          <col className={styles.outcomeColumn} />
        </colgroup>
        {groups.map((group) => (
          <tbody key={group.title ?? ""} role="rowgroup" aria-label={group.title}>
            <GroupTitle group={group} />
            {group.variables.map(({ name }) => (
              <VariableRow
                key={`${device} ${name}`}
                name={name}
                draft={drafts.get(draftKey(device, name))}
                actions={actions}
                mayWrite={mayWrite}
                plottedAt={view.plotted.indexOf(name)}
                onTogglePlot={onTogglePlot}
              />
            ))}
          </tbody>
        ))}
      </table>
      {layout !== undefined && listed === 0 && (
        <p className={styles.empty}>
          {total === 0 ? "This device hasn’t sent a variable yet." : "No variable matches the filter."}
        </p>
      )}
    </Panel>
  );
}

function GroupTitle({ group }: { readonly group: Group }) {
  if (group.title === undefined) return null;
  return (
    <tr>
      <th colSpan={5} scope="rowgroup" className={styles.group}>
        {group.title}
      </th>
    </tr>
  );
}
