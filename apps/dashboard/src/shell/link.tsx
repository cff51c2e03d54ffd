/** A link within the page: goes there without loading anything, except where a new tab is asked for. */

import type { ComponentProps } from "react";
import { navigate } from "./address.ts";

interface Props extends ComponentProps<"a"> {
  readonly href: string;
}

export function Link({ href, onClick, ...rest }: Props) {
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        onClick?.(event);
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        navigate(href);
      }}
    />
  );
}
