/** Lines of a log, newest at the bottom, which stays in sight while it is followed. */

import type { LogEntry, Marker } from "@wheelhouse/api";
import { Fragment, memo, useLayoutEffect, useRef } from "react";
import { classNames } from "../shell/class-names.ts";
import type { Line } from "./lines.ts";
import styles from "./logs.module.css";

interface Props {
  readonly lines: readonly Line[];
  readonly isFollowing: boolean;
  /** Somebody scrolled away from the newest line. */
  readonly onScrollBack: () => void;
}

/** Nearer to the end than that is at the end. */
const NEAR_END_PX = 30;

export function LogLines({ lines, isFollowing, onScrollBack }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const topBefore = useRef(0);

  useLayoutEffect(() => {
    if (isFollowing && list.current !== null) list.current.scrollTop = list.current.scrollHeight;
  }, [lines, isFollowing]);

  // Only a move upwards is a person's: a list that shrinks or grows moves down to its end again by itself.
  function scrolled(): void {
    if (list.current === null) return;
    const { scrollTop, scrollHeight, clientHeight } = list.current;
    const wentUp = scrollTop < topBefore.current;
    topBefore.current = scrollTop;
    if (isFollowing && wentUp && scrollHeight - clientHeight - scrollTop > NEAR_END_PX) onScrollBack();
  }

  return (
    <ol
      ref={list}
      className={styles.lines}
      role="log"
      aria-label="Log entries"
      aria-live="off"
      tabIndex={0}
      onScroll={scrolled}
    >
      {lines.length === 0 && <li className={styles.empty}>No entry to show.</li>}
      {lines.map((line) =>
        line.type === "entry" ? (
          <LogLine key={line.id} entry={line.entry} />
        ) : (
          <MarkerLine key={line.id} marker={line.marker} />
        ),
      )}
    </ol>
  );
}

const LogLine = memo(function LogLine({ entry }: { readonly entry: LogEntry }) {
  const { at, level, message, fields } = entry;
  return (
    <li className={classNames(styles.line, styles[level])} data-level={level}>
      <Clock at={at} />
      <span className={styles.levelName}>{level}</span>
      <span className={styles.message}>
        <bdi>{message}</bdi>
        {fields !== null && <Fields fields={fields} />}
      </span>
    </li>
  );
});

const MarkerLine = memo(function MarkerLine({ marker }: { readonly marker: Marker }) {
  const { at, name, fields, by } = marker;
  return (
    <li className={classNames(styles.line, styles.marker)} aria-label={`Marker ${name}`}>
      <Clock at={at} />
      <span className={styles.levelName}>mark</span>
      <span className={styles.message}>
        <bdi>{name}</bdi>
        {fields !== null && <Fields fields={fields} />}
        {by !== null && <span className={styles.fields}> by {by}</span>}
      </span>
    </li>
  );
});

function Clock({ at }: { readonly at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>
      {toClock(at)}
    </time>
  );
}

function toClock(at: number): string {
  const date = new Date(at);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

function Fields({ fields }: { readonly fields: NonNullable<LogEntry["fields"]> }) {
  return (
    <span className={styles.fields}>
      {Object.entries(fields).map(([name, value]) => (
        <Fragment key={name}>
          {" "}
          <bdi>{name}</bdi>=<bdi>{typeof value === "string" ? value : JSON.stringify(value)}</bdi>
        </Fragment>
      ))}
    </span>
  );
}
