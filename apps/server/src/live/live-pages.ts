/** All pages that watch, each a process. One that crashes is gone; its page connects again. */

import {
  defineDynamicSupervisor,
  processName,
  type DynamicSupervisorProtocol,
  type Protocol,
} from "@wheelhouse/actors";
import { LivePage, type PageStart } from "./live-page.ts";

export const LivePages = processName<DynamicSupervisorProtocol<PageStart, Protocol>>("live-pages");

export const LivePagesSupervisor = defineDynamicSupervisor<void, PageStart, Protocol>("LivePages", () => ({
  child: (start) => LivePage.child(start, { restart: "temporary" }),
}));
