/** Copies a text to the clipboard, and says so for a moment. */

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button.tsx";

const SAID_FOR_MS = 1_500;

export function CopyButton({ what, text }: { readonly what: string; readonly text: string }) {
  const [state, setState] = useState<"ready" | "copied" | "failed">("ready");

  useEffect(() => {
    if (state === "ready") return;
    const timer = setTimeout(() => setState("ready"), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [state]);

  // Browsers keep the clipboard from pages on plain HTTP that aren't on this machine: then it is marked by hand.
  const copy = (): void => {
    const clipboard = (navigator as { readonly clipboard?: Clipboard }).clipboard;
    if (clipboard === undefined) return setState("failed");
    clipboard.writeText(text).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  };

  return (
    <Button onClick={copy} aria-label={`Copy ${what}`} title={`Copy ${what}`}>
      {state === "copied" ? <Check size={13} /> : <Copy size={13} />}
      {state === "copied" ? "Copied" : state === "failed" ? "Select it" : "Copy"}
    </Button>
  );
}
