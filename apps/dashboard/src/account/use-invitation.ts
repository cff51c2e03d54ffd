/** What the invitation behind a secret is to. */

import type { Answer, ApiClient } from "@wheelhouse/api";
import { useLinked, type LinkedState } from "./use-linked.ts";

export type InvitationRead = Answer<"readInvitation">;

export function useInvitation(api: ApiClient, secret: string): LinkedState<InvitationRead> {
  return useLinked(api, secret, read);
}

function read(api: ApiClient, secret: string, signal: AbortSignal): Promise<InvitationRead> {
  return api.call("readInvitation", { body: { invitation: secret }, signal });
}
