/** The project on the screen, and a menu that switches to another or makes one. */

import { Check, ChevronsUpDown, Plus } from "lucide-react";
import { useState } from "react";
import { useSession } from "../account/account.ts";
import { Dialog } from "./dialog.tsx";
import { Link } from "./link.tsx";
import { NewProjectForm } from "./new-project-form.tsx";
import styles from "./shell.module.css";
import { toDevicesAddress } from "./view.ts";

export function ProjectMenu() {
  const { api, account, refresh } = useSession();
  const { project: shown, projects } = account;
  const [isMaking, setIsMaking] = useState(false);
  return (
    <div className={styles.project}>
      <button
        type="button"
        popoverTarget="project-menu"
        title="Switch project"
        aria-label={`Project ${shown.name}`}
      >
        <span>{shown.name}</span>
        <ChevronsUpDown size={13} />
      </button>
      <div id="project-menu" popover="auto" className={`${styles.menu} ${styles.projectMenu}`}>
        <nav aria-label="Projects">
          {projects.map(({ id, name, role }) => (
            <Link
              key={id}
              href={toDevicesAddress(id)}
              aria-current={id === shown.id ? "page" : undefined}
              onClick={({ currentTarget }) => currentTarget.closest<HTMLElement>("[popover]")?.hidePopover()}
            >
              <span>{name}</span>
              <small>{role}</small>
              {id === shown.id && <Check size={14} />}
            </Link>
          ))}
        </nav>
        <button
          type="button"
          popoverTarget="project-menu"
          popoverTargetAction="hide"
          onClick={() => setIsMaking(true)}
        >
          <Plus size={14} /> New project…
        </button>
      </div>
      {isMaking && (
        <Dialog title="New project" onClose={() => setIsMaking(false)}>
          <NewProjectForm api={api} refresh={refresh} />
        </Dialog>
      )}
    </div>
  );
}
