/**
 * What happens in the projects that are watched, gathered for the pages: they are told in batches, the first at once
 * and then at most 30 a second, so that a page costs the same however much happens, and all of them share one timer.
 */

import {
  defineGenServer,
  defineTopic,
  on,
  processName,
  type Context,
  type GenServer,
} from "@wheelhouse/actors";
import { ProjectTopic, type ProjectEvent } from "../devices/protocol.ts";
import { Batch } from "./batch.ts";

/** Between two sends: 30 a second. */
export const SEND_EVERY_MS = 1000 / 30;

/** A project's batches, by the project's id. */
export const BatchTopic = defineTopic<Batch>("live:batch");

export interface LiveFeedProtocol {
  calls: {
    /**
     * Has what happens in a project from now on told to those that have subscribed to its {@link BatchTopic} before; what has
     * happened just before may be told, too.
     */
    follow(project: string): "following";
  };
}

export const LiveFeed = processName<LiveFeedProtocol>("live-feed");

interface LiveFeedPrivate {
  calls: LiveFeedProtocol["calls"];
  casts: { send(project: string): void };
}

interface Feed {
  events: ProjectEvent[];
  lastSentAt: number;
  /** Whether a batch is planned already. */
  planned: boolean;
}

/** By the project. */
type Feeds = Map<string, Feed>;
type FeedContext = Context<LiveFeedPrivate, Feeds>;

export const LiveFeedServer: GenServer<LiveFeedProtocol> = defineGenServer<LiveFeedPrivate, Feeds>({
  name: "LiveFeed",
  init: () => new Map(),
  calls: {
    follow(ctx, project) {
      if (!ctx.state.has(project)) {
        ctx.state.set(project, { events: [], lastSentAt: -Infinity, planned: false });
        ctx.subscribe(ProjectTopic.of(project));
      }
      return "following";
    },
  },
  casts: {
    send(ctx, project) {
      const feed = ctx.state.get(project);
      if (feed !== undefined) send(ctx, project, feed);
    },
  },
  infos: [
    on(ProjectTopic, (ctx: FeedContext, event, project) => {
      const feed = ctx.state.get(project);
      if (feed === undefined) return;
      feed.events.push(event);
      plan(ctx, project, feed);
    }),
  ],
  format: (feeds) => ({ projects: feeds.size }),
});

/** The first change after a pause leaves at once; others wait their 30th of a second and go together. */
function plan(ctx: FeedContext, project: string, feed: Feed): void {
  if (feed.planned) return;
  const waitMs = feed.lastSentAt + SEND_EVERY_MS - ctx.now();
  if (waitMs <= 0) return send(ctx, project, feed);
  feed.planned = true;
  ctx.after(waitMs, "send", project);
}

function send(ctx: FeedContext, project: string, feed: Feed): void {
  // A timer may ring a little early, and pages hold the times of two batches against each other.
  const at = Math.max(ctx.now(), feed.lastSentAt + SEND_EVERY_MS);
  const batch = new Batch(feed.events, at);
  Object.assign(feed, { events: [], lastSentAt: at, planned: false } satisfies Feed);
  let isHeard = false;
  ctx.broadcastWith(BatchTopic.of(project), (pages) => {
    isHeard = true;
    for (const page of pages) page.send(batch);
  });
  if (isHeard) return;
  ctx.unsubscribe(ProjectTopic.of(project));
  ctx.state.delete(project);
}
