/** Something that changes, and can be waited for. */

export class Watched {
  readonly #looks = new Set<() => void>();

  /** To be called after each change. */
  changed(): void {
    for (const look of this.#looks) look();
  }

  /** Resolves when the condition holds, now or after some change. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
    });
  }
}
