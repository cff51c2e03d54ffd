/** A labelled field of a form, with its error beside it. */

import { useId, type ComponentProps, type ReactNode } from "react";
import { classNames } from "../shell/class-names.ts";
import styles from "./account.module.css";

interface Frame {
  readonly label: string;
  readonly error: string | undefined;
  /** What to enter, where the label can't say it. */
  readonly hint?: string;
}

export function Field({ label, error, hint, className, ...input }: Frame & ComponentProps<"input">) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} error={error} hint={hint} className={className}>
      <input {...input} {...described(id, error, hint)} />
    </FieldFrame>
  );
}

/** A choice of a few; its options are the children. */
export function SelectField({ label, error, hint, className, ...select }: Frame & ComponentProps<"select">) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} error={error} hint={hint} className={className}>
      <select {...select} {...described(id, error, hint)} />
    </FieldFrame>
  );
}

function described(id: string, error: string | undefined, hint: string | undefined) {
  const ids = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean);
  return {
    id,
    "aria-invalid": error !== undefined,
    "aria-describedby": ids.length === 0 ? undefined : ids.join(" "),
  };
}

interface FrameProps {
  readonly id: string;
  readonly label: string;
  readonly error: string | undefined;
  readonly hint: string | undefined;
  readonly className: string | undefined;
  readonly children: ReactNode;
}

function FieldFrame({ id, label, error, hint, className, children }: FrameProps) {
  return (
    <div className={classNames(styles.field, className)}>
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <p id={`${id}-hint`} className={styles.fieldHint}>
          {hint}
        </p>
      )}
      {children}
      <p id={`${id}-error`} className={styles.fieldError} role={error === undefined ? undefined : "alert"}>
        {error}
      </p>
    </div>
  );
}
