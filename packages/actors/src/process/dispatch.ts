/** Which of a definition's handlers a message is for, and what becomes of it where there is none. */

import { UnknownCallError } from "../errors.ts";
import type { ProcessContext } from "./context.ts";
import { noReply } from "./definition.ts";
import type { Message } from "./message.ts";
import type { PendingCall } from "./pending-call.ts";
import type { Process } from "./process.ts";
import { OUTSIDE } from "./process-ref.ts";

type AnyHandler = (ctx: ProcessContext, ...args: readonly unknown[]) => unknown;

/** Answers what the handler does; a promise where it is asynchronous. */
export function dispatch(process: Process, message: Message): unknown {
  const { definition, context } = process;
  const ctx = context as never;
  switch (message.type) {
    case "cast":
      return dispatchCast(process, message.name, message.body);
    case "call":
      process.currentCall = message.tag;
      return dispatchCall(process, message.name, message.body, message.tag);
    case "info":
      return dispatchInfo(process, message.name, message.body, message.tag);
    case "tracked":
      message.tag.taken();
      return dispatchInfo(process, message.name, message.body, undefined);
    case "bounded":
      if (!message.tag.take(message)) return undefined;
      return dispatchInfo(process, message.name, message.body, message.tag.topic.key);
    case "defect":
      throw message.tag;
    case "init":
      return definition.init(ctx, process.args as never);
    case "down":
      return definition.down === undefined ? unknown(process, "down") : definition.down(ctx, message.body);
    case "exit":
      if (message.body.from === (process.parent?.ref ?? OUTSIDE)) context.stop(message.body.reason);
      else if (definition.exit === undefined) unknown(process, "exit");
      else return definition.exit(ctx, message.body);
      return undefined;
    case "stop":
      process.wishes.stop ??= message.body;
      return undefined;
    case "timeout":
      return definition.timeout === undefined ? unknown(process, "timeout") : definition.timeout(ctx);
    case "continue":
      return definition.continue === undefined
        ? unknown(process, "continue")
        : definition.continue(ctx, message.body);
  }
}

function dispatchCall(
  process: Process,
  name: string,
  args: readonly unknown[],
  pending: PendingCall,
): unknown {
  const handler = process.definition.calls?.[name];
  if (handler !== undefined) return (handler as AnyHandler)(process.context, ...args);
  pending.fail(new UnknownCallError(process.ref.toString(), name));
  unknown(process, `call ${name}`);
  return noReply;
}

function dispatchCast(process: Process, name: string, args: readonly unknown[]): unknown {
  const handler = process.definition.casts?.[name];
  if (handler === undefined) return unknown(process, `cast ${name}`);
  return (handler as AnyHandler)(process.context, ...args);
}

function dispatchInfo(process: Process, name: string, message: unknown, key: string | undefined): unknown {
  const handler = process.definition.infos?.[name];
  if (handler === undefined) return unknown(process, `info ${name}`);
  return (handler as AnyHandler)(process.context, message, key);
}

function unknown(process: Process, message: string): void {
  process.host.emit({ type: "unknown_message", process: process.ref, message });
}
