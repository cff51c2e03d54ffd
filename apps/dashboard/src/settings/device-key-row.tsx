/** One device key: to copy, and for owners to revoke. */

import type { DeviceKey } from "@wheelhouse/api";
import { Button } from "../shell/button.tsx";
import { CopyButton } from "../shell/copy-button.tsx";
import { Ago } from "./moment.tsx";
import styles from "./settings.module.css";

interface Props {
  readonly deviceKey: DeviceKey;
  /** `undefined` for who may not. */
  readonly onRevoke: ((key: DeviceKey) => void) | undefined;
}

export function DeviceKeyRow({ deviceKey, onRevoke }: Props) {
  const { name, key, createdAt, revokedAt } = deviceKey;
  const isRevoked = revokedAt !== null;
  return (
    <tr aria-label={name} className={isRevoked ? styles.past : undefined}>
      <td className={styles.named}>{name}</td>
      <td>
        <span className={styles.secret}>
          <code>{key}</code>
          {!isRevoked && <CopyButton what={`key ${name}`} text={key} />}
        </span>
      </td>
      <td className={styles.secondary}>
        <Ago at={createdAt} />
      </td>
      <td className={styles.actions}>
        {isRevoked && (
          <>
            revoked <Ago at={revokedAt} />
          </>
        )}
        {!isRevoked && onRevoke && (
          <Button onClick={() => onRevoke(deviceKey)} aria-label={`Revoke key ${name}`}>
            Revoke
          </Button>
        )}
      </td>
    </tr>
  );
}
