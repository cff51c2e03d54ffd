import { describe, expect, test } from "vitest";
import {
  MAX_PLOTTED,
  formatView,
  initialView,
  parseView,
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

describe("plotting", () => {
  test("adds, removes, and makes room beyond the limit", () => {
    expect(togglePlotted(["a"], "b")).toEqual(["a", "b"]);
    expect(togglePlotted(["a", "b"], "a")).toEqual(["b"]);
    const full = ["a", "b", "c", "d", "e", "f"];
    expect(togglePlotted(full, "g")).toEqual(["b", "c", "d", "e", "f", "g"]);
  });
});
