/** Types of a process's messages: what may be called and cast, and the addresses that carry it. */

/**
 * What a process understands. `calls` are answered with what the method returns, `casts` are not answered.
 * Both are written as methods of an interface, so that a protocol reads like the thing it describes.
 */
export interface Protocol {
  readonly calls?: object;
  readonly casts?: object;
}

type CallsOf<P> = P extends { readonly calls: infer C extends object } ? C : {};
type CastsOf<P> = P extends { readonly casts: infer C extends object } ? C : {};

// Arguments are inferred one by one: `Parameters<F & Fn>` would silently become `any[]`.
type ArgsOf<F> = F extends (...args: infer A) => unknown ? A : never;
type ReplyOf<F> = F extends (...args: never) => infer R ? R : never;

export type CallName<P> = keyof CallsOf<P> & string;
export type CastName<P> = keyof CastsOf<P> & string;
export type CallArgs<P, K extends CallName<P>> = ArgsOf<CallsOf<P>[K]>;
export type CastArgs<P, K extends CastName<P>> = ArgsOf<CastsOf<P>[K]>;
export type Reply<P, K extends CallName<P>> = ReplyOf<CallsOf<P>[K]>;

/**
 * A protocol with its methods turned into functions. Methods are compared bivariantly, so without it every
 * address would be assignable to every other. `-?` has it compared member by member: an address says nothing of its
 * variance (no `out P`), since by that the compiler would compare the protocols themselves, and so their methods.
 */
interface Understood<P> {
  readonly calls: { readonly [K in CallName<P>]-?: (...args: CallArgs<P, K>) => Reply<P, K> };
  readonly casts: { readonly [K in CastName<P>]-?: (...args: CastArgs<P, K>) => void };
}

/**
 * The address of one process: inert, comparable with `===`, never valid again once that process has ended.
 * One that understands more serves where less is needed, never the reverse.
 */
export interface Ref<P extends Protocol = Protocol> {
  readonly id: number;
  readonly "~protocol"?: Understood<P>;
}

/** A name that is resolved at each send, and so outlives any one process. */
export interface ProcessName<P extends Protocol = Protocol> {
  readonly name: string;
  readonly "~protocol"?: Understood<P>;
}

/** The holder of a key in a registry, looked up at each send. Made by a registry's `via`. */
export interface Via<P extends Protocol = Protocol> {
  readonly registry: string;
  readonly key: string;
  readonly "~protocol"?: Understood<P>;
}

export type Address<P extends Protocol = Protocol> = Ref<P> | ProcessName<P> | Via<P>;

/** Makes a name. Two with the same text are the same name. */
export function processName<P extends Protocol>(name: string): ProcessName<P> {
  return { name };
}

/** A kind of message that reaches a process outside its protocol: a topic's, a socket's. */
export interface InfoKind<in out M> {
  readonly kind: string;
  readonly "~message"?: (message: M) => M;
}

export function defineInfo<M>(kind: string): InfoKind<M> {
  return { kind };
}

/**
 * A place where processes hear what others broadcast. Made by {@link defineTopic}. `D` is what each subscriber says of
 * itself when it subscribes.
 */
export interface Topic<in out M, in out D = undefined> extends InfoKind<M> {
  readonly key: string;
  readonly "~metadata"?: (metadata: D) => D;
}

export interface TopicFamily<in out M, in out D = undefined> extends InfoKind<M> {
  /** The topic of that key; two with the same key are the same topic. */
  of(key: string): Topic<M, D>;
}

/** A family of topics, one for each key, that carry the same type of message. */
export function defineTopic<M, D = undefined>(kind: string): TopicFamily<M, D> {
  return { kind, of: (key) => ({ kind, key }) };
}

/** Where the answer to one call goes. May be kept and given to anybody. */
export interface ReplyTo<in R> {
  readonly "~reply"?: (reply: R) => void;
}
