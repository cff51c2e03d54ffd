/** Why something was refused, where there is such a thing to say. */

import styles from "./settings.module.css";

export function RefusalLine({ text }: { readonly text: string }) {
  if (text === "") return null;
  return (
    <p className={styles.refusal} role="alert">
      {text}
    </p>
  );
}
