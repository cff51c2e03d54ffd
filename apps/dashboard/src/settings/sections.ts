/** The sections of the settings, who sees which, and their addresses. Pure. */

import { mayActAs, type Role } from "@wheelhouse/api";
import { formatView, initialView } from "../shell/view.ts";

export type SectionName = "keys" | "members" | "project" | "tokens" | "account" | "installation";

export interface Section {
  readonly name: SectionName;
  readonly title: string;
  /** What it is a setting of. */
  readonly of: "project" | "person" | "installation";
}

const SECTIONS: readonly (Section & { readonly atLeast: Role })[] = [
  { name: "keys", title: "Device keys", of: "project", atLeast: "editor" },
  { name: "members", title: "Members", of: "project", atLeast: "viewer" },
  { name: "project", title: "Project", of: "project", atLeast: "owner" },
  { name: "tokens", title: "Tokens", of: "person", atLeast: "viewer" },
  { name: "account", title: "Account", of: "person", atLeast: "viewer" },
  { name: "installation", title: "People", of: "installation", atLeast: "viewer" },
];

const PATH = "/settings";

/** What that role may see at all. */
export function sectionsFor(role: Role, isAdmin: boolean): readonly Section[] {
  return SECTIONS.filter(({ of, atLeast }) => mayActAs(role, atLeast) && (isAdmin || of !== "installation"));
}

/** The section that a path names, or the first where it names none of these. */
export function findSection(path: string, sections: readonly Section[]): Section | undefined {
  return sections.find(({ name }) => path === `${PATH}/${name}`) ?? sections[0];
}

export function isSettingsPath(path: string): boolean {
  return path === PATH || path.startsWith(`${PATH}/`);
}

export function toSettingsAddress(project: string, section?: SectionName): string {
  const path = section === undefined ? PATH : `${PATH}/${section}`;
  return `${path}${formatView({ ...initialView, project })}`;
}
