/** The variables a game declared, with the newest value of each. */

import { isJsonObject, showValue, type KindName } from "@wheelhouse/protocol";

import { DeclarationError, toDeclared, type Declaration, type DeclaredText } from "./declarations.ts";
import { explain } from "./json-text.ts";

export class Variables {
  readonly #declared = new Map<string, DeclaredText>();
  /** The newest value of each as JSON text, where there is one. */
  readonly #values = new Map<string, string>();

  /**
   * Adds them, or replaces those of the same name with their values, and returns them. One that is wrong leaves
   * everything as it was.
   * @throws DeclarationError
   */
  declare(variables: Readonly<Record<string, Declaration>>): readonly DeclaredText[] {
    if (!isJsonObject(variables))
      throw new DeclarationError(
        explain("the variables", {
          expected: "an object of names and declarations",
          got: showValue(variables),
        }),
      );
    const declared = Object.entries(variables).map(([name, declaration]) => toDeclared(name, declaration));
    for (const variable of declared) {
      this.#declared.set(variable.name, variable);
      this.#values.delete(variable.name);
      if (variable.value !== undefined) this.hold(variable.name, variable.value);
    }
    return declared;
  }

  /** All of them, with their newest values. */
  list(): readonly DeclaredText[] {
    return Array.from(this.#declared.values(), (declared) => {
      const value = this.#values.get(declared.name);
      return value === undefined ? declared : { ...declared, value };
    });
  }

  kind(name: string): KindName | undefined {
    return this.#declared.get(name)?.kind;
  }

  /** The newest value as JSON text. */
  value(name: string): string | undefined {
    return this.#values.get(name);
  }

  /**
   * Declares it with this value from now on, JSON text that has been checked to be of its kind. A trigger has none: it
   * would go off again with each declaration.
   */
  hold(name: string, value: string): void {
    const kind = this.kind(name);
    if (kind !== undefined && kind !== "trigger") this.#values.set(name, value);
  }
}
