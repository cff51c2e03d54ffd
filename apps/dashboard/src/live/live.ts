/** The live side of one project, wired together: the store, the socket that feeds it, and the browser beneath both. */

import {
  LIVE_PATH,
  TOPICS,
  createLiveSocket,
  isLoggedIn,
  toLiveLine,
  type ApiClient,
  type LiveLine,
  type LiveLineEvents,
} from "@wheelhouse/api";
import type { Scope } from "./live-state.ts";
import { createLiveStore, type LiveStore } from "./live-store.ts";

export interface Live {
  readonly store: LiveStore;
  /** Opens a device in place of the one before; `undefined` opens none. */
  open(device: string | undefined): void;
  close(): void;
}

export function openLive(api: ApiClient, project: string, loggedOut: () => void): Live {
  const store = createLiveStore((flush) => requestAnimationFrame(flush));
  const socket = createLiveSocket<Scope>({
    connect: connectWebSocket,
    isLoggedIn: () => isLoggedIn(api),
    positionOf: (scope) => (scope === "device" ? store.current.position : undefined),
    told: (scope, message) => store.dispatch({ type: "told", scope, message }),
    connection: (connection) => store.dispatch({ type: "connection", connection }),
    loggedOut,
    wait: (callback, ms) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
  });
  socket.want("project", { project, topics: ["devices"] });
  const hurry = (): void => socket.hurry();
  addEventListener("online", hurry);

  return {
    store,
    open(device) {
      if (store.current.device === device) return;
      store.dispatch({ type: "open", device });
      socket.want("device", device === undefined ? undefined : { project, device, topics: TOPICS.slice(1) });
    },
    close() {
      removeEventListener("online", hurry);
      socket.close();
    },
  };
}

function connectWebSocket(events: LiveLineEvents): LiveLine {
  return toLiveLine(new WebSocket(`${location.origin.replace(/^http/, "ws")}${LIVE_PATH}`), events);
}
