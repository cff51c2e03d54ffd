/** The server doesn't answer: says so, and tries again by itself. */

import { useEffect } from "react";
import { Button } from "../shell/button.tsx";
import { Card } from "./card.tsx";

const RETRY_EVERY_MS = 2_000;

export function Unreachable({ onRetry }: { readonly onRetry: () => void }) {
  useEffect(() => {
    const timer = setInterval(onRetry, RETRY_EVERY_MS);
    return () => clearInterval(timer);
  }, [onRetry]);

  return (
    <Card title="The server can’t be reached" lead="Is it running? This page tries again by itself.">
      <Button onClick={onRetry}>Try now</Button>
    </Card>
  );
}
