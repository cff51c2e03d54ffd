/**
 * All timers of a runtime, pure: time is told, not asked. Timers of one duration expire in the order they were set, so
 * each duration has a list, and arming or cancelling the 5 s of a call costs a link in a list and no host timer. The lists lie in
 * a heap, each where its first timer was when it was looked at last.
 */

import { Heap } from "./heap.ts";

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
  /** Its place among the lists: no later than its first timer expires, which may have been another when it was placed. */
  deadline = 0;
  number = 0;

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

  placeAt({ deadline, number }: TimerNode): void {
    this.deadline = deadline;
    this.number = number;
  }
}

/** However many of so few are empty, it isn't worth a look. */
const FEW_LISTS = 64;

export class TimerQueue {
  readonly #lists = new Map<number, TimerList>();
  /** The same. */
  #inOrder = new Heap<TimerList>(isBefore);
  #armed = 0;
  /** With so many lists it is time to drop those that are empty. */
  #manyLists = FEW_LISTS;

  /** Arms a timer to expire `durationMs` after `now`, which never goes back. It must not be armed already. */
  arm(node: TimerNode, durationMs: number, now: number): void {
    this.#armed += 1;
    node.number = this.#armed;
    node.deadline = now + durationMs;
    const list = this.#lists.get(durationMs);
    if (list === undefined) this.#begin(durationMs, node);
    else list.append(node);
  }

  #begin(durationMs: number, node: TimerNode): void {
    if (this.#lists.size >= this.#manyLists) this.#dropEmpty();
    const list = new TimerList(durationMs);
    list.append(node);
    list.placeAt(node);
    this.#lists.set(durationMs, list);
    this.#inOrder.push(list);
  }

  /** Timers that are set for ever other durations, and cancelled, shall leave nothing behind. */
  #dropEmpty(): void {
    for (const [durationMs, { first }] of this.#lists)
      if (first === undefined) this.#lists.delete(durationMs);
    this.#inOrder = new Heap(isBefore, this.#lists.values());
    this.#manyLists = Math.max(FEW_LISTS, this.#lists.size * 2);
  }

  /** Does nothing to one that isn't armed. An emptied list stays until time passes over it: it is likely to be used again. */
  cancel(node: TimerNode): void {
    node.list?.remove(node);
  }

  /** When the next timer expires; `undefined` when none is armed. */
  nextDeadline(): number | undefined {
    return this.#next()?.deadline;
  }

  /** Takes the timer that expired longest ago, if any has; call again until there is none. */
  takeExpired(now: number): TimerNode | undefined {
    const next = this.#next();
    if (next === undefined || next.deadline > now) return undefined;
    this.cancel(next);
    return next;
  }

  #next(): TimerNode | undefined {
    const inOrder = this.#inOrder;
    for (let list = inOrder.first; list !== undefined; list = inOrder.first) {
      const { first } = list;
      if (first?.number === list.number) return first;
      if (first === undefined) {
        inOrder.takeFirst();
        this.#lists.delete(list.durationMs);
      } else {
        list.placeAt(first);
        inOrder.firstIsLater();
      }
    }
    return undefined;
  }
}

/** Of one deadline, the one that was armed first. */
function isBefore(one: TimerList, other: TimerList): boolean {
  return one.deadline < other.deadline || (one.deadline === other.deadline && one.number < other.number);
}
