/**
 * What the variables of a device are, without their values. The devices of one game mostly declare the same, and there are
 * thousands of them: they share one shape. Pure.
 */

import type { VariableDeclaration } from "@wheelhouse/protocol";

/**
 * Where a declaration comes from. One that was stored holds for as long as the values fit it; only one that the device
 * declared in this run refuses values.
 */
export type Source = "declared" | "stored" | "inferred";

export interface VariableFacts {
  readonly declaration: VariableDeclaration;
  /** Dialect 1's name of its type. */
  readonly type: string | null;
  readonly source: Source;
}

/** A shape of more variables is one device's own, and changed in its place: to compare it would cost more than to keep it. */
const MOST_SHARED = 64;
/** Nor are longer ones shared, as JSON: that is kept as long as somebody has the shape. */
const MOST_LETTERS = 16_384;

/** The shapes that some device has, by what is in them. */
const shared = new Map<string, WeakRef<VariableShape>>();
const forgotten = new FinalizationRegistry<string>((key) => {
  if (shared.get(key)?.deref() === undefined) shared.delete(key);
});

/** Each variable has its place, which it keeps however the shape changes. */
export class VariableShape {
  readonly #places = new Map<string, number>();
  readonly #facts: VariableFacts[] = [];

  private constructor(facts: readonly VariableFacts[]) {
    for (const one of facts) this.#put(one);
  }

  /** Each of another name. */
  static of(facts: readonly VariableFacts[]): VariableShape {
    if (facts.length > MOST_SHARED) return new VariableShape(facts);
    const key = JSON.stringify(facts);
    if (key.length > MOST_LETTERS) return new VariableShape(facts);
    const known = shared.get(key)?.deref();
    if (known !== undefined) return known;
    const shape = new VariableShape(facts);
    shared.set(key, new WeakRef(shape));
    forgotten.register(shape, key);
    return shape;
  }

  get facts(): readonly VariableFacts[] {
    return this.#facts;
  }

  placeOf(name: string): number | undefined {
    return this.#places.get(name);
  }

  get(name: string): VariableFacts | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.#facts[place];
  }

  /** The shape with this instead of what it has of that variable, or besides. */
  with(one: VariableFacts): VariableShape {
    if (this.#facts.length > MOST_SHARED) {
      this.#put(one);
      return this;
    }
    const place = this.#places.get(one.declaration.name) ?? this.#facts.length;
    return VariableShape.of(this.#facts.toSpliced(place, 1, one));
  }

  #put(one: VariableFacts): void {
    const { name } = one.declaration;
    const place = this.#places.get(name) ?? this.#facts.length;
    this.#places.set(name, place);
    this.#facts[place] = one;
  }
}
