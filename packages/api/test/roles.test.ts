import { ROLES, mayActAs, type Role } from "@wheelhouse/api";
import { expect, test } from "vitest";

test.each<[role: Role, may: readonly Role[]]>([
  ["viewer", ["viewer"]],
  ["editor", ["viewer", "editor"]],
  ["owner", ["viewer", "editor", "owner"]],
])("what a %s may", (role, may) => {
  expect(ROLES.filter((needed) => mayActAs(role, needed))).toEqual(may);
});
