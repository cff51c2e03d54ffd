/** What the browser calls this page, so that several can be told apart. */

import { useEffect } from "react";

const NAME = "Wheelhouse";

/** @param what is on the screen; the page's name alone where there is nothing to say. */
export function useTitle(what: string | undefined): void {
  useEffect(() => {
    document.title = what === undefined ? NAME : `${what} · ${NAME}`;
    return () => {
      document.title = NAME;
    };
  }, [what]);
}
