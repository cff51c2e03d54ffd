/** The server's log: structured lines on standard error, made from the runtime's events. No secret goes in. */

import { formatReason, type RuntimeEvent } from "@wheelhouse/actors";
import type { Losses } from "@wheelhouse/storage";
import { pino, destination, type Logger } from "pino";
import type { Config } from "./config.ts";
import { isDutyEvent, type DutyEvent } from "./housekeeping/duty.ts";
import { isExportBroken } from "./http/request-failed.ts";
import { isStoringEvent, type StoringEvent } from "./store/storing-health.ts";

export function createLog({ logLevel }: Pick<Config, "logLevel">): Logger {
  return pino({ level: logLevel, base: {} }, destination({ fd: 2, sync: true }));
}

/** Writes one event, if it is worth a line. States of processes stay out: they may hold what devices said. */
export function logEvent(log: Logger, event: RuntimeEvent): void {
  switch (event.type) {
    case "crash":
      log.error(
        { process: event.process.label, handling: event.message, err: toError(event.reason) },
        "a process crashed",
      );
      return;
    case "child_restarted":
      log.warn({ child: event.child, reason: formatReason(event.reason) }, "a process was started again");
      return;
    case "supervisor_gave_up":
      log.error({ child: event.child, reason: formatReason(event.reason) }, "a supervisor gave up");
      return;
    case "unknown_message":
      log.warn({ process: event.process.label, message: event.message }, "a message nobody understands");
      return;
    case "process_started":
      log.debug({ process: event.process.label }, "process started");
      return;
    case "process_ended":
      log.debug({ process: event.process.label, reason: formatReason(event.reason) }, "process ended");
      return;
    default:
      logProgramEvent(log, event);
  }
}

function logStoring(log: Logger, event: StoringEvent): void {
  switch (event.type) {
    case "store:failing":
      return log.error(
        { failures: event.failures, why: event.error.message },
        "storing fails; it is tried again",
      );
    case "store:works_again":
      return log.warn({ failedForMs: event.failedForMs }, "storing works again");
    case "store:closed_failing":
      return log.error(
        { why: event.error.message },
        "stopped while storing fails: what came last isn't stored",
      );
  }
}

function logDuty(log: Logger, event: DutyEvent): void {
  switch (event.type) {
    case "housekeeping:failing":
      return log.error(
        { duty: event.duty, why: event.error.message },
        "a duty can't be done; it is tried again",
      );
    case "housekeeping:works_again":
      return log.warn({ duty: event.duty }, "a duty is done again");
    case "housekeeping:lost":
      return logLosses(log, event);
  }
}

function logLosses(log: Logger, { missing, damaged, damagedIndexes }: Losses): void {
  if (missing.length > 0)
    log.error({ files: missing }, "files of stored data are missing: what was in them isn't found any more");
  if (damaged.length > 0)
    log.error({ files: damaged }, "files of stored data are damaged: what can't be read of them isn't found");
  if (damagedIndexes > 0) log.warn({ indexes: damagedIndexes }, "indexes were damaged; they are made anew");
}

function logProgramEvent(log: Logger, event: RuntimeEvent): void {
  if (isStoringEvent(event)) return logStoring(log, event);
  if (isDutyEvent(event)) return logDuty(log, event);
  if (isExportBroken(event)) return log.warn({ kind: event.kind, why: event.why }, "an export broke off");
  const { type, error, ...fields } = event as { readonly type: string; readonly error?: unknown };
  if (error === undefined) log.info(fields, type);
  else log.error({ ...fields, err: toError(error) }, type);
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
