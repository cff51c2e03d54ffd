/** The names that rows stand for in what is read. They never change, and no row is ever removed. */

import type { DatabaseSync } from "node:sqlite";
import { StaleSnapshotError } from "./open-to-read.ts";
import { remember } from "./remember.ts";
import { prepare } from "./statement.ts";

export interface VariableName {
  readonly device: string;
  readonly name: string;
}

export interface Names {
  project(id: string): number | undefined;
  deviceRow(project: number, id: string): number | undefined;
  sessionRow(id: string): { readonly row: number; readonly device: number } | undefined;
  /** Rows of a project's variables, of a device or a name or both. */
  variableRows(project: number, device: string | undefined, name: string | undefined): readonly number[];
  variableRow(
    project: string,
    device: string,
    name: string,
  ): { readonly row: number; readonly project: number } | undefined;
  device(row: number): string;
  session(row: number): string;
  variable(row: number): VariableName;
}

export function readNames(main: DatabaseSync): Names {
  const project = prepare<{ row: number }>(main, "SELECT row FROM projects WHERE id = ?");
  const deviceRow = prepare<{ row: number }>(main, "SELECT row FROM devices WHERE project = ? AND id = ?");
  const sessionRow = prepare<{ row: number; device: number }>(
    main,
    "SELECT row, device FROM sessions WHERE id = ?",
  );
  const variableRows = prepare<{ row: number }>(
    main,
    `SELECT variables.row FROM devices JOIN variables ON variables.device = devices.row
     WHERE devices.project = ?1 AND (?2 IS NULL OR devices.id = ?2) AND (?3 IS NULL OR variables.name = ?3)`,
  );
  const variableRow = prepare<{ row: number; project: number }>(
    main,
    `SELECT variables.row, projects.row AS project
     FROM projects JOIN devices ON devices.project = projects.row JOIN variables ON variables.device = devices.row
     WHERE projects.id = ? AND devices.id = ? AND variables.name = ?`,
  );
  const device = prepare<{ id: string }>(main, "SELECT id FROM devices WHERE row = ?");
  const session = prepare<{ id: string }>(main, "SELECT id FROM sessions WHERE row = ?");
  const variable = prepare<VariableName>(
    main,
    `SELECT devices.id AS device, variables.name
     FROM variables JOIN devices ON devices.row = variables.device WHERE variables.row = ?`,
  );
  return {
    project: (id) => project.get(id)?.row,
    deviceRow: (of, id) => deviceRow.get(of, id)?.row,
    sessionRow: (id) => sessionRow.get(id),
    variableRows: (of, ofDevice, name) =>
      variableRows.all(of, ofDevice ?? null, name ?? null).map(({ row }) => row),
    variableRow: (of, ofDevice, name) => variableRow.get(of, ofDevice, name),
    device: remembering((row) => device.get(row)?.id),
    session: remembering((row) => session.get(row)?.id),
    variable: remembering((row) => variable.get(row)),
  };
}

/** What a segment says of a row that the main file doesn't have is newer than that snapshot. */
function remembering<Name>(find: (row: number) => Name | undefined): (row: number) => Name {
  const known = new Map<number, Name>();
  return (row) => {
    const name = known.get(row) ?? find(row);
    if (name === undefined) throw new StaleSnapshotError("a row is newer than the snapshot");
    return remember(known, row, name);
  };
}
