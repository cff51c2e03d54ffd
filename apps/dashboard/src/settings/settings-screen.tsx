/** The settings: what there is on the left, the section that the address names beside it. */

import { useEffect, useRef, type ReactNode } from "react";
import { useSession } from "../account/account.ts";
import { Link } from "../shell/link.tsx";
import { useTitle } from "../shell/use-title.ts";
import { AccountSection } from "./account-section.tsx";
import { DeviceKeysSection } from "./device-keys-section.tsx";
import { InstallationSection } from "./installation-section.tsx";
import { MembersSection } from "./members-section.tsx";
import { ProjectSection } from "./project-section.tsx";
import { findSection, sectionsFor, toSettingsAddress, type Section, type SectionName } from "./sections.ts";
import styles from "./settings.module.css";
import { TokensSection } from "./tokens-section.tsx";

const SCREENS: Readonly<Record<SectionName, () => ReactNode>> = {
  keys: DeviceKeysSection,
  members: MembersSection,
  project: ProjectSection,
  tokens: TokensSection,
  account: AccountSection,
  installation: InstallationSection,
};

export function SettingsScreen({ path }: { readonly path: string }) {
  const { account, refresh } = useSession();
  const { project, isAdmin } = account;
  const sections = sectionsFor(project.role, isAdmin);
  const shown = findSection(path, sections);
  const nav = useRef<HTMLElement>(null);
  useTitle(shown?.title ?? "Settings");

  // On a phone the sections are a strip that is wider than the screen.
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [shown]);

  // Somebody may have changed the role meanwhile.
  useEffect(() => void refresh(), [refresh]);

  if (shown === undefined) return null;
  const Shown = SCREENS[shown.name];
  return (
    <div className={styles.settings}>
      <nav ref={nav} className={styles.sections} aria-label="Settings">
        <Group title={project.name} sections={sections} of="project" shown={shown} />
        <Group title="You" sections={sections} of="person" shown={shown} />
        <Group title="Installation" sections={sections} of="installation" shown={shown} />
      </nav>
      <main className={styles.section} key={shown.name}>
        <Shown />
      </main>
    </div>
  );
}

interface GroupProps {
  readonly title: string;
  readonly sections: readonly Section[];
  readonly of: Section["of"];
  readonly shown: Section;
}

function Group({ title, sections, of, shown }: GroupProps) {
  const { project } = useSession().account;
  const mine = sections.filter((section) => section.of === of);
  if (mine.length === 0) return null;
  return (
    <div className={styles.group}>
      <h2>{title}</h2>
      {mine.map(({ name, title }) => (
        <Link
          key={name}
          href={toSettingsAddress(project.id, name)}
          aria-current={name === shown.name ? "page" : undefined}
        >
          {title}
        </Link>
      ))}
    </div>
  );
}
