/** Logged in, but without the project that the address names, or without any: leads to those there are, or to a new one. */

import type { ApiClient } from "@wheelhouse/api";
import type { AccountActions, Me } from "../account/account.ts";
import { Card } from "../account/card.tsx";
import { Button } from "./button.tsx";
import { Link } from "./link.tsx";
import { NewProjectForm } from "./new-project-form.tsx";
import styles from "./shell.module.css";
import { toDevicesAddress } from "./view.ts";

interface Props {
  readonly api: ApiClient;
  readonly me: Me;
  /** Whether the address names one. */
  readonly isUnknown: boolean;
  readonly actions: AccountActions;
}

export function NoProject({ api, me, isUnknown, actions }: Props) {
  const title = isUnknown ? "You don’t belong to this project" : "You belong to no project";
  return (
    <Card title={title} lead="One of its owners can invite you, or you make a project of your own.">
      {me.projects.length > 0 && (
        <ul className={styles.projects} aria-label="Your projects">
          {me.projects.map(({ id, name }) => (
            <li key={id}>
              <Link href={toDevicesAddress(id)}>{name}</Link>
            </li>
          ))}
        </ul>
      )}
      <NewProjectForm api={api} refresh={actions.refresh} />
      <p className={styles.loggedInAs}>
        You are logged in as {me.user.email}.<Button onClick={actions.logOut}>Log out</Button>
      </p>
    </Card>
  );
}
