/** A uPlot that looks like the page: colours from the tokens, steps that hold a value, one scale a unit. */

import uPlot from "uplot";

export interface ChartLine {
  readonly name: string;
  readonly unit: string | null;
  /** Its place among the colours of the series, from 0. */
  readonly color: number;
}

/** Two axes can be read; lines of further units are drawn on scales of their own without one. */
const MAX_AXES = 2;

export function createChart(parent: HTMLElement, lines: readonly ChartLine[]): uPlot {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const colorOf = ({ color }: ChartLine): string => token(`--series-${color + 1}`);
  const scales = [...new Set(lines.map(scaleOf))];
  const font = `11px ${token("--font")}`;
  const grid = { stroke: token("--line"), width: 1 };

  const axes = scales.slice(0, MAX_AXES).map((scale, index): uPlot.Axis => {
    const own = lines.filter((line) => scaleOf(line) === scale);
    const [first] = own;
    return {
      scale,
      side: index === 0 ? 3 : 1,
      size: 52,
      font,
      stroke: own.length === 1 && first !== undefined ? colorOf(first) : token("--muted"),
      grid: { ...grid, show: index === 0 },
      ticks: { show: false },
      values: (_, splits) => splits.map((split) => formatTick(split, first?.unit ?? null)),
    };
  });

  return new uPlot(
    {
      ms: 1,
      width: parent.clientWidth,
      height: parent.clientHeight,
      legend: { show: false },
      padding: [10, scales.length > 1 ? 0 : 14, 0, 0],
      cursor: { points: { size: 6 }, drag: { setScale: false } },
      scales: {
        x: { time: true, auto: false },
        ...Object.fromEntries(scales.map((scale) => [scale, { range: paddedRange }])),
      },
      axes: [
        { stroke: token("--muted"), font, grid, ticks: { show: false }, size: 28, values: formatTimes },
        ...axes,
      ],
      series: [
        {},
        ...lines.map(
          (line): uPlot.Series => ({
            label: line.name,
            scale: scaleOf(line),
            stroke: colorOf(line),
            width: 1.5,
            points: { show: false },
            ...steps(),
          }),
        ),
      ],
    },
    [[], ...lines.map(() => [])],
    parent,
  );
}

function steps(): Pick<uPlot.Series, "paths"> {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  return paths === undefined ? {} : { paths };
}

function scaleOf({ name, unit }: ChartLine): string {
  return unit === null ? `of ${name}` : `in ${unit}`;
}

/** Some air above and below; a line that doesn't change lies in the middle. */
function paddedRange(_: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  if (min === null || max === null) return [0, 1];
  const air = max > min ? (max - min) * 0.08 : Math.max(1, Math.abs(max) * 0.1);
  return [min - air, max + air];
}

function formatTick(value: number, unit: string | null): string {
  const text =
    Math.abs(value) >= 10_000 ? `${Number((value / 1_000).toFixed(1))}k` : String(Number(value.toFixed(4)));
  return unit === null || unit.length > 3 ? text : `${text} ${unit}`;
}

function formatTimes(_: uPlot, splits: readonly number[]): string[] {
  return splits.map((at) => new Date(at).toLocaleTimeString([], { hourCycle: "h23" }));
}
