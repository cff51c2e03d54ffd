/** Sending a form: what is wrong with it before the server is asked, and where the server's refusal belongs. */

import { useState, type FormEvent } from "react";
import type { FieldErrors } from "./credentials.ts";
import { toRefusalText } from "./refusal.ts";

export interface FormOptions {
  /** The names of the fields shown, so that a refusal of another stands under the form. */
  readonly fields: readonly string[];
  /** What is wrong before the server is asked. */
  readonly check: (form: FormData) => FieldErrors;
  readonly send: (form: FormData) => Promise<void>;
  /** Whether the fields are as at first again once it is sent. */
  readonly resets?: boolean;
}

export interface FormState {
  readonly errors: FieldErrors;
  readonly refusal: string;
  readonly isSending: boolean;
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}

export function useForm({ fields, check, send, resets = false }: FormOptions): FormState {
  const [errors, setErrors] = useState<FieldErrors>({});
  const [refusal, setRefusal] = useState("");
  const [isSending, setIsSending] = useState(false);

  async function submit(element: HTMLFormElement): Promise<void> {
    const form = new FormData(element);
    const found = check(form);
    setErrors(found);
    setRefusal("");
    if (Object.keys(found).length > 0) return;
    setIsSending(true);
    try {
      await send(form);
      if (resets) element.reset();
    } catch (error) {
      const { message, field } = toRefusalText(error);
      if (field !== undefined && fields.includes(field)) setErrors({ [field]: message });
      else setRefusal(message);
    } finally {
      setIsSending(false);
    }
  }

  return {
    errors,
    refusal,
    isSending,
    onSubmit(event) {
      event.preventDefault();
      void submit(event.currentTarget);
    },
  };
}
