/** What a request is answered with when it is refused or fails. Pure. */

import { ApiError, type ApiErrorCode } from "@wheelhouse/api";
import { StorageFailedError } from "@wheelhouse/storage";
import { QueueFullError } from "../accounts/bounded-queue.ts";

/** A refusal that says when to come back. */
export class ComeBackError extends ApiError {
  readonly retryAfterMs: number;

  constructor(code: "too_many_requests" | "overloaded", message: string, retryAfterMs: number) {
    super(code, message);
    this.retryAfterMs = retryAfterMs;
  }
}

// Refusals that several routes have

export function unknownDevice(): ApiError {
  return new ApiError("not_found", "no such device");
}

export function storageUnavailable(): ApiError {
  return new ApiError("storage_unavailable", "storing fails for now; nothing was changed");
}

export function wrongHost(): ApiError {
  return new ApiError("wrong_host", "this server has another name");
}

// Answers

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** When to come back, by status, where nobody knows better: storing is tried again every second. */
const COME_BACK_MS: Readonly<Record<number, number>> = { 503: 5_000 };

/** Any error as the API shows it: a refusal as it is, anything else without its insides. */
export function toErrorAnswer(error: unknown): ErrorAnswer {
  const refusal = toApiError(error);
  const { code, message, field, status } = refusal;
  const headers: Record<string, string> = {};
  const comeBackMs = refusal instanceof ComeBackError ? refusal.retryAfterMs : COME_BACK_MS[status];
  if (comeBackMs !== undefined) headers["retry-after"] = String(Math.max(1, Math.ceil(comeBackMs / 1000)));
  return { status, headers, body: { error: { code, message, ...(field === undefined ? {} : { field }) } } };
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StorageFailedError)
    return new ApiError("storage_unavailable", "the storage fails for now; try again later");
  if (error instanceof QueueFullError)
    return new ComeBackError("overloaded", "too many are logging in just now; try again", 1_000);
  const { statusCode, message } = error as { readonly statusCode?: number; readonly message?: string };
  // What the files of the page have no name for: an address that leads out of them, or is longer than any.
  if (statusCode === 403 || statusCode === 414)
    return new ApiError("not_found", "there is nothing at this address");
  // Fastify's own refusals of a request: not JSON, too large, of another type.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ApiError("invalid" satisfies ApiErrorCode, message ?? "not understood", {
      status: statusCode,
    });
  }
  return new ApiError("internal", "something went wrong here; the server's log says what");
}
