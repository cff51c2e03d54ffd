import { describe, expect, test } from "vitest";
import {
  MAX_PLOTTED,
  chooseProject,
  formatView,
  initialView,
  parseView,
  toDevicesAddress,
  togglePlotted,
  type View,
} from "../../src/shell/view.ts";

describe("the address", () => {
  test("of the first screen says nothing", () => {
    expect(formatView(initialView)).toBe("");
    expect(parseView("")).toEqual(initialView);
  });

  test("brings back the same screen, also with names that need escaping", () => {
    const view: View = {
      project: "p3Vd9tRw7bNa",
      device: "pixel-7",
      filter: "enemy & co",
      plotted: ["a=b", "größe", "x+y?#"],
      windowMin: 15,
      logLevel: "warn",
      logText: "50% of",
    };
    expect(parseView(formatView(view))).toEqual(view);
  });

  test("that is wrong in a part is as at first there, and right in the rest", () => {
    expect(parseView("?device=&window=7&level=loud&plot=a&plot=a&unknown=1&log=x")).toEqual({
      ...initialView,
      plotted: ["a"],
      logText: "x",
    });
  });

  test("with too many plotted variables shows as many as can be read", () => {
    const search = Array.from({ length: 10 }, (_, index) => `plot=v${index}`).join("&");
    expect(parseView(search).plotted).toHaveLength(MAX_PLOTTED);
  });
});

describe("the project", () => {
  const rocket = { id: "p1", name: "Rocket", role: "owner" as const };
  const boat = { id: "p2", name: "Boat", role: "viewer" as const };

  test("is the one that the address names, else the first", () => {
    expect(chooseProject([rocket, boat], parseView(toDevicesAddress("p2").slice(1)).project)).toBe(boat);
    expect(chooseProject([rocket, boat], undefined)).toBe(rocket);
  });

  test("is none, rather than another, where the address names one of others", () => {
    expect(chooseProject([rocket, boat], "p3")).toBeUndefined();
    expect(chooseProject([], undefined)).toBeUndefined();
  });
});

describe("plotting", () => {
  test("adds, removes, and makes room beyond the limit", () => {
    expect(togglePlotted(["a"], "b")).toEqual(["a", "b"]);
    expect(togglePlotted(["a", "b"], "a")).toEqual(["b"]);
    const full = ["a", "b", "c", "d", "e", "f"];
    expect(togglePlotted(full, "g")).toEqual(["b", "c", "d", "e", "f", "g"]);
  });
});
