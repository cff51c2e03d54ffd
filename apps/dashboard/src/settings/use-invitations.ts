/** Open invitations, to a project or to the installation: both are made, listed and withdrawn alike. */

import type { Invitation, Role } from "@wheelhouse/api";
import { useSession } from "../account/account.ts";
import { useAnswer, type Asked } from "./use-answer.ts";

export interface Invitations extends Asked<{ readonly invitations: readonly Invitation[] }> {
  /** Resolves with the invitation and its link, which is shown this once. */
  readonly create: (
    role: Role,
    expiresInMs: number | undefined,
  ) => Promise<{ readonly id: string; readonly link: string }>;
  readonly withdraw: (id: string) => Promise<void>;
}

export function useInvitations(project: string): Invitations {
  const { api } = useSession();
  const asked = useAnswer("invitations", { params: { project } });
  return {
    ...asked,
    async create(role, expiresInMs) {
      return api.call("createInvitation", { params: { project }, body: { role, expiresInMs } });
    },
    async withdraw(id) {
      await api.call("revokeInvitation", { params: { project, id } });
    },
  };
}

export function useOpenInvitations(): Invitations {
  const { api } = useSession();
  const asked = useAnswer("openInvitations", {});
  return {
    ...asked,
    async create(_role, expiresInMs) {
      return api.call("createOpenInvitation", { body: { expiresInMs } });
    },
    async withdraw(id) {
      await api.call("revokeOpenInvitation", { params: { id } });
    },
  };
}
