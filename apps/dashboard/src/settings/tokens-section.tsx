/** A person's tokens: what a program logs in with, with that person's rights or fewer. */

import type { Token } from "@wheelhouse/api";
import { useState } from "react";
import { useSession } from "../account/account.ts";
import { Confirm } from "./confirm.tsx";
import { Part } from "./part.tsx";
import { RefusalLine } from "./refusal-line.tsx";
import { ShownOnce } from "./shown-once.tsx";
import { TokenForm } from "./token-form.tsx";
import { TokenTable } from "./token-table.tsx";
import { useAnswer } from "./use-answer.ts";

export function TokensSection() {
  const { api } = useSession();
  const { answer, refusal, askAgain } = useAnswer("tokens", {});
  const [made, setMade] = useState<{ readonly id: string; readonly token: string }>();
  const [leaving, setLeaving] = useState<Token>();

  async function revoke({ id }: Token): Promise<void> {
    await api.call("revokeToken", { params: { id } });
    setMade((shown) => (shown?.id === id ? undefined : shown));
    await askAgain();
  }

  return (
    <Part
      title="Tokens"
      lead={
        <>
          With a token, a script or a build server uses <a href="/api">the API</a> in your name: with your
          rights, or fewer. It can’t make tokens or change your password.
        </>
      }
    >
      <TokenForm
        onMade={async (token) => {
          setMade(token);
          await askAgain();
        }}
      />
      {made && (
        <ShownOnce
          what="token"
          secret={made.token}
          advice="Copy the token now: it isn’t shown again."
          onClose={() => setMade(undefined)}
        />
      )}
      <RefusalLine text={refusal} />
      {answer && answer.tokens.length > 0 && <TokenTable tokens={answer.tokens} onRevoke={setLeaving} />}
      {leaving && (
        <Confirm
          title={`Revoke “${leaving.name}”?`}
          action="Revoke token"
          onConfirm={() => revoke(leaving)}
          onClose={() => setLeaving(undefined)}
        >
          <p>
            Programs that use this token are refused from now on, and what they watch live ends within a
            second. This can’t be undone.
          </p>
        </Confirm>
      )}
    </Part>
  );
}
