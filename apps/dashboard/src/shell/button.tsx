/** The page's buttons: primary, quiet, those that take something away, and square ones that hold an icon. */

import type { ComponentProps } from "react";
import styles from "./button.module.css";
import { classNames } from "./class-names.ts";

interface Props extends ComponentProps<"button"> {
  readonly look?: "primary" | "quiet" | "danger" | "icon";
}

export function Button({ look = "quiet", className, ...rest }: Props) {
  return <button type="button" {...rest} className={classNames(styles.button, styles[look], className)} />;
}
