/** No order turned round: what one process sends another arrives as it was sent, by whatever way: cast, call, info, topic. */

import type { ProcessId, Trace } from "../trace.ts";

export function checkOrder(trace: Trace): readonly string[] {
  const senders = new Map<number, ProcessId>();
  /** By receiver and sender, the latest message; later ones have greater numbers. */
  const latest = new Map<string, number>();
  const defects: string[] = [];
  for (const entry of trace) {
    if (entry.type === "sent" || entry.type === "broadcast") senders.set(entry.message, entry.from);
    if (entry.type !== "received" && entry.type !== "heard") continue;
    const sender = senders.get(entry.message);
    if (sender === undefined) continue;
    const pair = `${entry.by} ${sender}`;
    const before = latest.get(pair) ?? 0;
    // A topic subscribed to twice is heard twice, so the same number may come again.
    if (entry.message < before)
      defects.push(`#${entry.by} got message ${entry.message} of #${sender} after message ${before}`);
    latest.set(pair, Math.max(before, entry.message));
  }
  return defects;
}
