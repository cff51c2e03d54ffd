/** What the server answers to a question that a section asks when it opens, and again after each change. */

import type { Answer, Request, RouteName } from "@wheelhouse/api";
import { useCallback, useEffect, useRef, useState } from "react";
import { useSession } from "../account/account.ts";
import { toRefusalText } from "../account/refusal.ts";

export interface Asked<T> {
  /** The newest; `undefined` until the first one came. */
  readonly answer: T | undefined;
  /** Why there is no newer one. */
  readonly refusal: string;
  readonly askAgain: () => Promise<void>;
}

export function useAnswer<N extends RouteName>(name: N, request: Request<N>): Asked<Answer<N>> {
  const { api } = useSession();
  const [answer, setAnswer] = useState<Answer<N>>();
  const [refusal, setRefusal] = useState("");
  const newest = useRef(request);
  newest.current = request;
  // The request's contents count, not the object.
  const key = JSON.stringify(request);

  const askAgain = useCallback(async () => {
    try {
      setAnswer(await api.call(name, newest.current));
      setRefusal("");
    } catch (error) {
      setRefusal(toRefusalText(error).message);
    }
  }, [api, name, key]);
  useEffect(() => void askAgain(), [askAgain]);

  return { answer, refusal, askAgain };
}
