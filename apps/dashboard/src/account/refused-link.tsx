/** A link that can't be used, or can't be read now. */

import { Button } from "../shell/button.tsx";
import { Link } from "../shell/link.tsx";
import styles from "./account.module.css";
import { Card } from "./card.tsx";

interface Props {
  /** What it is: "invitation", "link". */
  readonly what: string;
  readonly message: string;
  /** Whether asking again could change that. */
  readonly isFinal: boolean;
  readonly isLoggedIn: boolean;
}

export function RefusedLink({ what, message, isFinal, isLoggedIn }: Props) {
  if (!isFinal)
    return (
      <Card title={`The ${what} can’t be read now`} lead={message}>
        <Button onClick={() => location.reload()}>Try again</Button>
      </Card>
    );
  return (
    <Card title={`This ${what} can’t be used`} lead={message}>
      <p className={styles.other}>
        Ask who sent it for a new one.
        <Link href="/">{isLoggedIn ? "To your projects" : "To the log-in"}</Link>
      </p>
    </Card>
  );
}
