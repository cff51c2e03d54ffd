import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Mailbox } from "../../src/process/mailbox.ts";
import { Envelope, type Message } from "../../src/process/message.ts";

type Action = "push" | "unshift" | "shift" | "clear";

const message = (name: string): Message => new Envelope("cast", name, [], undefined);

describe("a mailbox", () => {
  test("is a queue with a way in at the front, whatever is done to it", () => {
    const actions = fc.array(
      fc.constantFrom<Action>("push", "push", "push", "unshift", "shift", "shift", "clear"),
    );
    fc.assert(
      fc.property(actions, (taken) => {
        const mailbox = new Mailbox();
        const model: Message[] = [];
        for (const [step, action] of taken.entries()) {
          if (action === "push" || action === "unshift") {
            const added = message(String(step));
            mailbox[action](added);
            model[action](added);
          } else if (action === "shift") {
            expect(mailbox.shift()).toBe(model.shift());
          } else {
            mailbox.clear();
            model.length = 0;
          }
          expect(mailbox.length).toBe(model.length);
        }
        for (const left of model) expect(mailbox.shift()).toBe(left);
        expect(mailbox.shift()).toBeUndefined();
      }),
    );
  });

  test("gives out all that fit, in their order, and keeps the rest in theirs", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (fits) => {
        const mailbox = new Mailbox();
        const messages = fits.map((fit, place) => message(`${fit} ${place}`));
        for (const each of messages) mailbox.push(each);
        const isFit = (_: unknown, place: number) => fits[place] === true;
        expect(mailbox.takeWhere((each) => isFit(each, messages.indexOf(each)))).toEqual(
          messages.filter(isFit),
        );
        const kept = messages.filter((_, place) => fits[place] === false);
        expect(mailbox.length).toBe(kept.length);
        for (const each of kept) expect(mailbox.shift()).toBe(each);
      }),
    );
  });
});
