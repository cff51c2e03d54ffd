/** The tokens there are. */

import type { Token } from "@wheelhouse/api";
import { useSession } from "../account/account.ts";
import { Button } from "../shell/button.tsx";
import { Ago, Until } from "./moment.tsx";
import styles from "./settings.module.css";
import { toRightsText } from "./token-text.ts";

interface Props {
  readonly tokens: readonly Token[];
  readonly onRevoke: (token: Token) => void;
}

export function TokenTable({ tokens, onRevoke }: Props) {
  const { projects } = useSession().account;
  return (
    <table className={styles.table} aria-label="Tokens">
      <thead>
        <tr>
          <th>Name</th>
          <th>Rights</th>
          <th className={styles.secondary}>Last used</th>
          <th>Ends</th>
          <th aria-label="Actions" />
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id} aria-label={token.name}>
            <td className={styles.named}>{token.name}</td>
            <td>{toRightsText(token, projects)}</td>
            <td className={styles.secondary}>
              <Ago at={token.lastUsedAt} />
            </td>
            <td>
              <Until at={token.expiresAt} />
            </td>
            <td className={styles.actions}>
              <Button onClick={() => onRevoke(token)} aria-label={`Revoke token ${token.name}`}>
                Revoke
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
