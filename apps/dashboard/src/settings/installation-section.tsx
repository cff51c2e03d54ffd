/** For the admin: lets people onto this installation, each with a project of their own, and lets them in again. */

import { InvitationsPart } from "./invitations-part.tsx";
import { LostPasswordsPart } from "./lost-passwords-part.tsx";
import { useOpenInvitations } from "./use-invitations.ts";

export function InstallationSection() {
  return (
    <>
      <InvitationsPart
        title="Invitations to this installation"
        lead="Who signs up with such a link gets an account and a project of their own, and sees nothing of yours. To let somebody into a project, invite them under Members."
        takesRole={false}
        invitations={useOpenInvitations()}
      />
      <LostPasswordsPart />
    </>
  );
}
