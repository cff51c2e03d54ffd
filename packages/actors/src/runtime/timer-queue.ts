/**
 * All timers of a runtime, pure: time is told, not asked. Timers of one duration expire in the order they were set, so
 * each duration has a list, and arming or cancelling the 5 s of a call costs a link in a list and no host timer.
 */

/** One timer. Extend it to say what happens when it expires. */
export abstract class TimerNode {
  /** When it expires; meaningful while armed. */
  deadline = 0;
  /** @internal The how manieth that was armed: of one deadline, they expire in that order. */
  number = 0;
  /** @internal */
  list: TimerList | undefined = undefined;
  /** @internal */
  before: TimerNode | undefined = undefined;
  /** @internal */
  after: TimerNode | undefined = undefined;

  abstract expire(): void;

  get armed(): boolean {
    return this.list !== undefined;
  }
}

/** One that does what it was told when it expires. */
export class WorkTimer extends TimerNode {
  readonly #work: () => void;

  constructor(work: () => void) {
    super();
    this.#work = work;
  }

  override expire(): void {
    this.#work();
  }
}

class TimerList {
  readonly durationMs: number;
  first: TimerNode | undefined = undefined;
  last: TimerNode | undefined = undefined;

  constructor(durationMs: number) {
    this.durationMs = durationMs;
  }

  append(node: TimerNode): void {
    node.list = this;
    node.before = this.last;
    if (this.last === undefined) this.first = node;
    else this.last.after = node;
    this.last = node;
  }

  remove(node: TimerNode): void {
    if (node.before === undefined) this.first = node.after;
    else node.before.after = node.after;
    if (node.after === undefined) this.last = node.before;
    else node.after.before = node.before;
    node.list = node.before = node.after = undefined;
  }
}

export class TimerQueue {
  readonly #lists = new Map<number, TimerList>();
  #armed = 0;

  /** Arms a timer to expire `durationMs` after `now`. It must not be armed already. */
  arm(node: TimerNode, durationMs: number, now: number): void {
    let list = this.#lists.get(durationMs);
    if (list === undefined) {
      list = new TimerList(durationMs);
      this.#lists.set(durationMs, list);
    }
    this.#armed += 1;
    node.number = this.#armed;
    node.deadline = now + durationMs;
    list.append(node);
  }

  /** Does nothing to one that isn't armed. An emptied list stays until time passes over it: it is likely to be used again. */
  cancel(node: TimerNode): void {
    node.list?.remove(node);
  }

  /** When the next timer expires; `undefined` when none is armed. */
  nextDeadline(): number | undefined {
    let next: number | undefined;
    for (const { first } of this.#lists.values()) {
      if (first !== undefined && (next === undefined || first.deadline < next)) next = first.deadline;
    }
    return next;
  }

  /** Takes the timer that expired longest ago, if any has; call again until there is none. */
  takeExpired(now: number): TimerNode | undefined {
    let earliest: TimerNode | undefined;
    for (const [durationMs, list] of this.#lists) {
      if (list.first === undefined) this.#lists.delete(durationMs);
      else if (list.first.deadline <= now && (earliest === undefined || isBefore(list.first, earliest)))
        earliest = list.first;
    }
    if (earliest !== undefined) this.cancel(earliest);
    return earliest;
  }
}

function isBefore(one: TimerNode, other: TimerNode): boolean {
  return one.deadline < other.deadline || (one.deadline === other.deadline && one.number < other.number);
}
