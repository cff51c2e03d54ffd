/** The rows that batches name again and again, remembered by the writer. */

import type { DatabaseSync } from "node:sqlite";
import type { DeviceAddress } from "../ports.ts";
import { unknownSession, unknownVariable } from "../rules/arguments.ts";
import { remember } from "./remember.ts";
import { prepare } from "./statement.ts";

export interface SessionRows {
  readonly session: number;
  readonly device: number;
  readonly project: number;
}

export interface KnownRows {
  project(id: string): number | undefined;
  /** @throws TypeError */
  session(id: string, address: DeviceAddress): SessionRows;
  /** @throws TypeError */
  variable(device: number, name: string): number;
  addVariable(device: number, name: string, row: number): void;
  /** To be called when something was undone: a row may be gone. */
  forget(): void;
}

export function knownRows(main: DatabaseSync): KnownRows {
  const findProject = prepare<{ row: number }>(main, "SELECT row FROM projects WHERE id = ?");
  const findSession = prepare<SessionRows & { readonly deviceId: string; readonly projectId: string }>(
    main,
    `SELECT sessions.row AS session, devices.row AS device, projects.row AS project, devices.id AS deviceId,
       projects.id AS projectId
     FROM sessions JOIN devices ON devices.row = sessions.device JOIN projects ON projects.row = devices.project
     WHERE sessions.id = ?`,
  );
  const variablesOf = prepare<{ name: string; row: number }>(
    main,
    "SELECT name, row FROM variables WHERE device = ?",
  );
  const projects = new Map<string, number>();
  const sessions = new Map<string, NonNullable<ReturnType<typeof findSession.get>>>();
  const variables = new Map<number, Map<string, number>>();

  function ofDevice(device: number): Map<string, number> {
    const known = variables.get(device);
    if (known !== undefined) return known;
    const found = new Map(variablesOf.all(device).map(({ name, row }) => [name, row]));
    return remember(variables, device, found);
  }

  return {
    project(id) {
      const row = projects.get(id) ?? findProject.get(id)?.row;
      return row === undefined ? undefined : remember(projects, id, row);
    },
    session(id, { project, device }) {
      const rows = sessions.get(id) ?? findSession.get(id);
      if (rows?.projectId !== project || rows.deviceId !== device) throw unknownSession(device);
      return remember(sessions, id, rows);
    },
    variable(device, name) {
      const row = ofDevice(device).get(name);
      if (row === undefined) throw unknownVariable(name);
      return row;
    },
    addVariable(device, name, row) {
      ofDevice(device).set(name, row);
    },
    forget() {
      projects.clear();
      sessions.clear();
      variables.clear();
    },
  };
}
