/** What the tests of this package share: runtimes and peers that are taken down after each test, and a look at what is left. */

import {
  Runtime,
  defineGenServer,
  defineSupervisor,
  formatReason,
  later,
  on,
  processName,
  start,
  type Application,
  type Context,
  type ProcessSpec,
  type Protocol,
  type ProvidedPort,
  type Ref,
  type RuntimeEvent,
  type SupervisorProtocol,
} from "@wheelhouse/actors";
import { Listener, type ListenerOptions, type ListenerProtocol } from "@wheelhouse/net";
import { ListenInfo, SocketInfo, type ListenMessage, type SocketMessage } from "@wheelhouse/net/socket";
import { afterEach, expect } from "vitest";
import { Peer, type Dialling, type PeerOptions } from "./peer.ts";
import { Watched } from "./watched.ts";

/** Turns of the event loop within which closed handles are gone: a close that was asked for takes a few. */
const TURNS_TO_CLOSE = 200;

const runtimes: TestRuntime[] = [];
const apps: Application[] = [];
const peers: Peer[] = [];

/** Each test leaves no process, no open socket and no crash that it didn't expect. */
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.destroy();
  for (const app of apps.splice(0)) await app.stop();
  for (const { runtime, recorded } of runtimes.splice(0)) {
    expect(runtime.processes().map(String)).toEqual([]);
    expect(recorded.unexpectedCrashes().map(describeCrash)).toEqual([]);
  }
  expect(await openSockets()).toEqual([]);
});

function describeCrash(event: RuntimeEvent): string {
  return "reason" in event ? formatReason(event.reason) : event.type;
}

/** The sockets of this process that are open, once those being closed are gone. */
export async function openSockets(): Promise<readonly string[]> {
  for (let turn = 0; turn < TURNS_TO_CLOSE && socketHandles().length > 0; turn += 1) await nextTurn();
  return socketHandles();
}

function socketHandles(): readonly string[] {
  return process.getActiveResourcesInfo().filter((name) => /^(TCP|Pipe(Server|Connect)|TLS)/.test(name));
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The events of a runtime, to be waited for. */
export class Recorded {
  readonly events: RuntimeEvent[] = [];
  readonly #watched = new Watched();
  #crashesExpected = 0;

  add(event: RuntimeEvent): void {
    this.events.push(event);
    this.#watched.changed();
  }

  ofType<T extends string>(type: T): readonly (RuntimeEvent & { readonly type: T })[] {
    return this.events.filter((event) => event.type === type) as (RuntimeEvent & { readonly type: T })[];
  }

  /** Resolves when so many events of the type have come. */
  async until<T extends string>(
    type: T,
    count = 1,
  ): Promise<readonly (RuntimeEvent & { readonly type: T })[]> {
    await this.when(() => this.ofType(type).length >= count);
    return this.ofType(type);
  }

  /** Resolves when so many processes with that label have started. */
  untilStarted(label: string, count: number): Promise<void> {
    return this.when(
      () =>
        this.ofType("process_started").filter(({ process: { label: own } }) => own === label).length >= count,
    );
  }

  /** Resolves when a condition holds after some event. */
  when(holds: () => boolean): Promise<void> {
    return this.#watched.until(holds);
  }

  expectCrashes(count: number): void {
    this.#crashesExpected += count;
  }

  unexpectedCrashes(): readonly RuntimeEvent[] {
    const crashes = this.ofType("crash");
    return crashes.length === this.#crashesExpected ? [] : crashes;
  }
}

interface TestRuntime {
  readonly runtime: Runtime;
  readonly recorded: Recorded;
}

/** A runtime that is looked at after the test. */
export function testRuntime(
  ports: readonly ProvidedPort[] = [],
  runtime = new Runtime({ ports }),
): TestRuntime {
  const recorded = new Recorded();
  runtime.on((event) => recorded.add(event));
  const made = { runtime, recorded };
  runtimes.push(made);
  return made;
}

/** Takes the program down after the test. */
export function stopAfterTest<A extends Application>(app: A): A {
  apps.push(app);
  return app;
}

export const TestListener = processName<ListenerProtocol>("listener");

const TestServer = defineSupervisor<Omit<ListenerOptions, "port"> & { readonly port?: number }>(
  "TestServer",
  (options) => ({
    children: [
      Listener.child(
        { ...(options.path === undefined ? { port: 0 } : {}), ...options },
        { name: TestListener },
      ),
    ],
  }),
);

export interface TestServer extends TestRuntime {
  readonly app: Application<SupervisorProtocol>;
  readonly port: number;
  readonly events: Recorded;
  /** Resolves when the acceptor has started again, for the first time. */
  untilListensAgain(): Promise<void>;
  info(): Promise<ReturnType<ListenerProtocol["calls"]["info"]>>;
  /** The living connections. */
  connections(): Promise<readonly Ref[]>;
  acceptor(): Promise<Ref>;
  /** The supervisor of the connections. */
  supervisor(): Promise<Ref>;
}

/** A listener on a port of its own. */
export async function serve(
  options: Omit<ListenerOptions, "port"> & { readonly port?: number },
  made: TestRuntime = testRuntime(),
): Promise<TestServer> {
  const { runtime, recorded } = made;
  const app = stopAfterTest(await start(TestServer, options, { runtime }));
  const { local } = await app.call(TestListener, "info");
  const child = async (index: number): Promise<Ref> => {
    const [listener] = await app.call(app.ref, "whichChildren");
    const children = await app.call(listener?.ref as Ref<SupervisorProtocol>, "whichChildren");
    return children[index]?.ref as Ref;
  };
  return {
    ...made,
    app,
    port: local.port,
    events: recorded,
    untilListensAgain: () => recorded.untilStarted(TestListener.name, 2),
    info: () => app.call(TestListener, "info"),
    async connections() {
      const connections = (await child(0)) as Ref<{ calls: { whichChildren(): readonly Ref[] } }>;
      return app.call(connections, "whichChildren");
    },
    acceptor: () => child(1),
    supervisor: () => child(0),
  };
}

/** A peer that speaks to a port, or to a Unix socket, over a real socket. */
export async function dial(to: Dialling, options?: PeerOptions): Promise<Peer> {
  const peer = await Peer.connect(to, options);
  peers.push(peer);
  return peer;
}

/** How a port that takes nobody any more refuses: while connecting or right after it. */
export async function refusalOf(to: Dialling): Promise<string | undefined> {
  try {
    return await (await dial(to)).closed();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/** A peer that this process accepted elsewhere. */
export function peerAfterTest(peer: Peer): Peer {
  peers.push(peer);
  return peer;
}

/** Things that come one after the other, to be taken when they have come. */
export class Inbox<T> {
  readonly items: T[] = [];
  readonly #takers: ((item: T) => void)[] = [];

  put(item: T): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.items.push(item);
    else taker(item);
  }

  take(): Promise<T> {
    const item = this.items.shift();
    return item === undefined ? new Promise((resolve) => this.#takers.push(resolve)) : Promise.resolve(item);
  }

  async takeMany(count: number): Promise<readonly T[]> {
    const taken: T[] = [];
    for (let index = 0; index < count; index += 1) taken.push(await this.take());
    return taken;
  }
}

/** A door that opens once. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

type OwnerContext = Context<OwnerProtocol, Heard>;

/** What an owner is told. */
interface Heard {
  readonly heard: Inbox<SocketMessage>;
  readonly connections: Inbox<ListenMessage>;
}

interface OwnerProtocol {
  calls: {
    run(work: (ctx: OwnerContext) => unknown): unknown;
    holdUp(until: Promise<void>, work: (ctx: OwnerContext) => unknown): unknown;
  };
}

const Owner = defineGenServer<OwnerProtocol, Heard, Heard>({
  name: "Owner",
  init: (_, heard) => heard,
  calls: {
    // A promise holds up nothing, and a failure is the test's: it doesn't end the owner.
    run(ctx, work) {
      const result = attempt(() => work(ctx));
      return result instanceof Promise ? later(result) : result;
    },
    async holdUp(ctx, until, work) {
      await until;
      return work(ctx);
    },
  },
  infos: [
    on(SocketInfo, (ctx: OwnerContext, message) => ctx.state.heard.put(message)),
    on(ListenInfo, (ctx: OwnerContext, message) => ctx.state.connections.put(message)),
  ],
});

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** A process that owns sockets: does with its context what a test says, and keeps what it hears. */
export interface Owner extends Heard {
  readonly ref: Ref;
  run<T>(work: (ctx: OwnerContext) => T): Promise<Awaited<T>>;
  /** The same after the process was busy: what comes meanwhile waits in its mailbox. */
  holdUp<T>(until: Promise<void>, work: (ctx: OwnerContext) => T): Promise<Awaited<T>>;
}

export async function owner({ runtime }: TestRuntime = testRuntime()): Promise<Owner> {
  const told: Heard = { heard: new Inbox(), connections: new Inbox() };
  const app = stopAfterTest(await start(Owner, told, { runtime }));
  return {
    ...told,
    ref: app.ref,
    run: (work) => app.callWithin(Infinity, app.ref, "run", work) as Promise<never>,
    holdUp: (until, work) => app.callWithin(Infinity, app.ref, "holdUp", until, work) as Promise<never>,
  };
}

/** Starts a process by itself, taken down after the test. */
export async function startProcess<P extends Protocol>(
  { runtime }: TestRuntime,
  spec: ProcessSpec<P>,
): Promise<Application<P>> {
  return stopAfterTest(await start({ name: "process", with: () => spec }, undefined, { runtime }));
}
