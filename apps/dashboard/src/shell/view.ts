/** What is on the screen, and the address that says so: a link shows a colleague the same. Pure. */

import type { Project } from "@wheelhouse/api";
import { LOG_LEVELS, type LogLevel } from "@wheelhouse/protocol";

export interface View {
  /** The project's id, since who follows a link may have others. */
  readonly project: string | undefined;
  readonly device: string | undefined;
  /** The filter over the variables' names. */
  readonly filter: string;
  /** The plotted variables, at most {@link MAX_PLOTTED}. */
  readonly plotted: readonly string[];
  readonly windowMin: WindowMin;
  /** Log entries below it are hidden. */
  readonly logLevel: LogLevel;
  readonly logText: string;
}

/** How many minutes the plot shows. */
export const WINDOWS_MIN = [1, 5, 15] as const;
export type WindowMin = (typeof WINDOWS_MIN)[number];

/** A plot with more lines can't be read. */
export const MAX_PLOTTED = 6;

export const initialView: View = {
  project: undefined,
  device: undefined,
  filter: "",
  plotted: [],
  windowMin: WINDOWS_MIN[0],
  logLevel: LOG_LEVELS[0],
  logText: "",
};

/** Reads an address's search part; what it doesn't say, or says wrongly, is as at first. */
export function parseView(search: string): View {
  const params = new URLSearchParams(search);
  return {
    project: params.get("project") || undefined,
    device: params.get("device") || undefined,
    filter: params.get("filter") ?? "",
    plotted: [...new Set(params.getAll("plot"))].slice(0, MAX_PLOTTED),
    windowMin: WINDOWS_MIN.find((min) => String(min) === params.get("window")) ?? initialView.windowMin,
    logLevel: LOG_LEVELS.find((level) => level === params.get("level")) ?? initialView.logLevel,
    logText: params.get("log") ?? "",
  };
}

/** The search part for a view, with nothing in it that is as at first. */
export function formatView(view: View): string {
  const params = new URLSearchParams();
  if (view.project !== undefined) params.set("project", view.project);
  if (view.device !== undefined) params.set("device", view.device);
  if (view.filter !== "") params.set("filter", view.filter);
  for (const name of view.plotted) params.append("plot", name);
  if (view.windowMin !== initialView.windowMin) params.set("window", String(view.windowMin));
  if (view.logLevel !== initialView.logLevel) params.set("level", view.logLevel);
  if (view.logText !== "") params.set("log", view.logText);
  const search = params.toString();
  return search === "" ? "" : `?${search}`;
}

/** The project that an address names, or the first where it names none; `undefined` for one of others. */
export function chooseProject(projects: readonly Project[], wanted: string | undefined): Project | undefined {
  return wanted === undefined ? projects[0] : projects.find(({ id }) => id === wanted);
}

/** Where the devices of a project are. */
export function toDevicesAddress(project: string): string {
  return `/${formatView({ ...initialView, project })}`;
}

/** Adds a variable to the plot, or removes it. Beyond the limit the one plotted longest makes room. */
export function togglePlotted(plotted: readonly string[], name: string): readonly string[] {
  return plotted.includes(name)
    ? plotted.filter((other) => other !== name)
    : [...plotted, name].slice(-MAX_PLOTTED);
}
