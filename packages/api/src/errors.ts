/** Errors of the HTTP API: one shape, one table of codes and statuses. */

import { z } from "./zod.ts";

export const API_ERRORS = {
  invalid: 422,
  out_of_range: 422,
  unauthenticated: 401,
  wrong_credentials: 401,
  forbidden: 403,
  registration_closed: 403,
  not_found: 404,
  unknown_variable: 404,
  exists: 409,
  last_owner: 409,
  read_only: 409,
  offline: 409,
  not_open: 409,
  nothing_before: 409,
  wrong_host: 421,
  too_many_requests: 429,
  internal: 500,
  overloaded: 503,
  storage_unavailable: 503,
} as const;

export type ApiErrorCode = keyof typeof API_ERRORS;

export const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }),
});

/** A call that was refused, on either side: the server throws it, the client throws it again. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(
    code: ApiErrorCode | (string & {}),
    message: string,
    options: { status?: number; field?: string } = {},
  ) {
    super(message);
    this.code = code;
    this.status = options.status ?? API_ERRORS[code as ApiErrorCode] ?? 500;
    this.field = options.field;
  }
}
