/** One plot of the chosen variables, with its legend and the length of its window. */

import { X } from "lucide-react";
import { useLive, useVariable } from "../live/live-context.tsx";
import { Panel } from "../shell/panel.tsx";
import { Segments } from "../shell/segments.tsx";
import { WINDOWS_MIN, type View, type WindowMin } from "../shell/view.ts";
import { toValueText } from "../variables/value-text.ts";
import { PlotCanvas } from "./plot-canvas.tsx";
import styles from "./plot.module.css";
import { useTracks } from "./use-tracks.ts";

interface Props {
  readonly view: View;
  readonly device: string;
  readonly onWindow: (windowMin: WindowMin) => void;
  readonly onTogglePlot: (name: string) => void;
}

export function PlotPanel({ view, device, onWindow, onTogglePlot }: Props) {
  const { plotted, windowMin } = view;
  const windowMs = windowMin * 60_000;
  const layout = useLive("layout");
  const [tracks, problem] = useTracks({ device, names: plotted, windowMs });
  const lines = plotted.map((name, color) => ({
    name,
    color,
    unit: layout?.find((variable) => variable.name === name)?.unit ?? null,
  }));
  return (
    <Panel
      title="Plot"
      note={problem}
      tools={
        <Segments
          label="Length of the window"
          options={WINDOWS_MIN.map((value) => ({ value, text: `${value} min` }))}
          value={windowMin}
          onChange={onWindow}
        />
      }
    >
      {lines.length === 0 ? (
        <p className={styles.empty}>Choose a number’s plot icon to see it here over time.</p>
      ) : (
        <div className={styles.plot}>
          <ul className={styles.legend} aria-label="Plotted variables">
            {lines.map(({ name, color }) => (
              <LegendEntry key={name} name={name} color={color} onRemove={() => onTogglePlot(name)} />
            ))}
          </ul>
          <PlotCanvas lines={lines} tracks={tracks} windowMs={windowMs} />
        </div>
      )}
    </Panel>
  );
}

interface LegendProps {
  readonly name: string;
  readonly color: number;
  readonly onRemove: () => void;
}

function LegendEntry({ name, color, onRemove }: LegendProps) {
  const variable = useVariable(name);
  const reported = variable?.reported;
  return (
    <li className={styles.entry}>
      <span className={styles.swatch} style={{ background: `var(--series-${color + 1})` }} />
      <span className={styles.entryName} title={name}>
        {name}
      </span>
      <span className={styles.entryValue}>
        {variable && reported ? toValueText(variable, reported.value) : "—"} {variable?.unit}
      </span>
      <button type="button" onClick={onRemove} aria-label={`Remove ${name} from the plot`} title="Remove">
        <X size={12} />
      </button>
    </li>
  );
}
