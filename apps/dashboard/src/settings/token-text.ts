/** How far a token's rights go, in words. Pure. */

import type { Project, Token } from "@wheelhouse/api";

/** A token keeps its limit to a project that its maker has left: then it may nothing. */
export function toRightsText(
  { role, project }: Pick<Token, "role" | "project">,
  projects: readonly Project[],
): string {
  const rights = role === null ? "yours" : role;
  if (project === null) return role === null ? "yours" : `${rights}, all projects`;
  const name = projects.find(({ id }) => id === project)?.name;
  return name === undefined ? "none: a project you left" : `${rights}, ${name}`;
}
