/** Reads the bodies of requests: JSON that no schema, however it looks into it, can trip over. */

import { ApiError } from "@wheelhouse/api";
import { MAX_JSON_DEPTH, isJsonObject, nestsWithin, parseJson, type JsonValue } from "@wheelhouse/protocol";
import type { FastifyInstance } from "fastify";

/**
 * A request may say that its body is JSON and have none: a DELETE of `curl`. JSON may have names that many programs trip over,
 * and nest so deep that whoever follows it exhausts the stack: neither is taken.
 */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, text, done) =>
    text === ""
      ? done(null)
      : parse(request, text, (error, body) =>
          error === null
            ? done(whyTooDeep(body as JsonValue) ?? null, body)
            : done(parseJson(text) === undefined ? error : namesRefused()),
        ),
  );
}

function namesRefused(): ApiError {
  return new ApiError("invalid", "expected no field called __proto__, nor a constructor's prototype", {
    status: 400,
  });
}

/** A body may nest as deep as a device's line. */
function whyTooDeep(body: JsonValue): ApiError | undefined {
  if (nestsWithin(body, MAX_JSON_DEPTH)) return undefined;
  if (!isJsonObject(body))
    return new ApiError("invalid", `expected a body that nests at most ${MAX_JSON_DEPTH} deep`);
  const most = MAX_JSON_DEPTH - 1;
  const field = Object.keys(body).find((name) => !nestsWithin(body[name] as JsonValue, most)) ?? "";
  return new ApiError("invalid", `expected ${field} to nest at most ${most} deep`, { field });
}
