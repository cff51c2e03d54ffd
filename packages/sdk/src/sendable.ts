/** What a game may hand over to be sent, as far as types can tell. Unlike a `JsonObject` it may be typed as an interface. */

import type { JsonValue } from "@wheelhouse/protocol";

/** An object of names and values, each of which JSON can hold. */
export type SendableFields<Fields extends object> = Fields extends readonly unknown[] | AnyFunction
  ? never
  : Sendable<Fields>;

/** `Value` as it is where JSON can hold it; `never` in the places where it can't. */
export type Sendable<Value> = Value extends JsonValue
  ? Value
  : Value extends object
    ? Value extends AnyFunction
      ? never
      : { readonly [Name in keyof Value]: Sendable<Value[Name]> }
    : never;

type AnyFunction = (...given: never) => unknown;
