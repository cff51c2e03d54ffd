/** Where a person is logged in, and how to end that. */

import type { WebSession } from "@wheelhouse/api";
import { useSession } from "../account/account.ts";
import { Button } from "../shell/button.tsx";
import { toClientText } from "./client-text.ts";
import { Ago } from "./moment.tsx";
import { RefusalLine } from "./refusal-line.tsx";
import styles from "./settings.module.css";
import { useAction } from "./use-action.ts";
import type { Asked } from "./use-answer.ts";

interface Props {
  readonly sessions: Asked<{ readonly sessions: readonly WebSession[] }>;
}

export function SessionTable({ sessions: { answer, refusal, askAgain } }: Props) {
  const { api } = useSession();
  const ending = useAction();
  const others = answer?.sessions.filter(({ current }) => !current) ?? [];

  const end = (ended: readonly WebSession[]): void => {
    void ending.run(async () => {
      for (const { id } of ended) await api.call("endWebSession", { params: { id } });
      await askAgain();
    });
  };

  return (
    <>
      <RefusalLine text={refusal || ending.refusal} />
      {answer && (
        <table className={styles.table} aria-label="Sessions">
          <thead>
            <tr>
              <th>Browser</th>
              <th>Last used</th>
              <th className={styles.secondary}>Begun</th>
              <th aria-label="Actions" />
            </tr>
          </thead>
          <tbody>
            {answer.sessions.map((session) => (
              <SessionRow key={session.id} session={session} onEnd={() => end([session])} />
            ))}
          </tbody>
        </table>
      )}
      {others.length > 1 && (
        <div className={styles.below}>
          <Button disabled={ending.isBusy} onClick={() => end(others)}>
            End all others
          </Button>
        </div>
      )}
    </>
  );
}

interface RowProps {
  readonly session: WebSession;
  readonly onEnd: () => void;
}

function SessionRow({ session, onEnd }: RowProps) {
  const { client, current, createdAt, lastUsedAt } = session;
  return (
    <tr>
      <td className={styles.named} title={client ?? undefined}>
        {toClientText(client)}
      </td>
      <td>
        <Ago at={lastUsedAt} />
      </td>
      <td className={styles.secondary}>
        <Ago at={createdAt} />
      </td>
      <td className={styles.actions}>{current ? "this one" : <Button onClick={onEnd}>End</Button>}</td>
    </tr>
  );
}
