/** Below a form of an account: the way for whom it isn't the right one. */

import styles from "./account.module.css";

interface Props {
  readonly question: string;
  readonly action: string;
  readonly onPick: () => void;
}

export function OtherWay({ question, action, onPick }: Props) {
  return (
    <p className={styles.other}>
      {question}
      <button type="button" className={styles.textButton} onClick={onPick}>
        {action}
      </button>
    </p>
  );
}
