/** A moment as its distance from now, with the exact time for who points at it. */

import { formatAge } from "../devices/age.ts";
import { formatEnd } from "./times.ts";

interface Props {
  /** `null` for what never was, or never ends. */
  readonly at: number | null;
}

export function Ago({ at }: Props) {
  if (at === null) return <>never</>;
  return <Exact at={at}>{formatAge(at, Date.now())}</Exact>;
}

export function Until({ at }: Props) {
  if (at === null) return <>never</>;
  return <Exact at={at}>{formatEnd(at, Date.now())}</Exact>;
}

function Exact({ at, children }: { readonly at: number; readonly children: string }) {
  const moment = new Date(at);
  return (
    <time dateTime={moment.toISOString()} title={moment.toLocaleString()}>
      {children}
    </time>
  );
}
