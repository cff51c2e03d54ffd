/** Registries: processes enter themselves under keys, and are found by them until they end. Follows Elixir's Registry. */

import { defineTopic, type Protocol, type Ref, type Topic, type Via } from "./protocol.ts";

/** Whether a key has one entry at most, or any number. */
export type RegistryKeys = "unique" | "duplicate";

/** What a process enters itself in: of a registry, the part that says who may and with what. */
export interface Enterable<Key extends string, Value, P extends Protocol> {
  readonly registry: string;
  readonly keys: RegistryKeys;
  readonly "~enter"?: (key: Key, value: Value, ref: Ref<P>) => void;
}

/** A registry whose entries are processes that understand `P`. Made by {@link defineRegistry}. */
export interface Registry<Key extends string, Value, P extends Protocol> extends Enterable<Key, Value, P> {
  /** Tells of each entry that comes or goes; subscribe to it as to any topic. */
  readonly events: Topic<RegistryEvent<Key, Value, P>>;
}

/** A registry in which a key has one entry at most, and so can serve as an address. */
export interface UniqueRegistry<Key extends string, Value, P extends Protocol> extends Registry<
  Key,
  Value,
  P
> {
  readonly keys: "unique";
  /** The address of whoever holds the key when something is sent to it. */
  via(key: Key): Via<P>;
}

export interface RegistryEntry<Value, P extends Protocol> {
  readonly ref: Ref<P>;
  readonly value: Value;
}

export interface KeyedEntry<Key extends string, Value, P extends Protocol> extends RegistryEntry<Value, P> {
  readonly key: Key;
}

export type RegistryEvent<Key extends string, Value, P extends Protocol> =
  | {
      readonly type: "registered";
      readonly key: Key;
      readonly ref: Ref<P>;
      readonly value: Value;
    }
  | { readonly type: "unregistered"; readonly key: Key; readonly ref: Ref<P> };

/** What became of an attempt to register. */
export type Registration<P extends Protocol = Protocol> =
  | { readonly outcome: "registered" }
  /** Only with unique keys. The holder may be the process itself. */
  | { readonly outcome: "taken"; readonly holder: Ref<P> };

/** Verbs to find what is registered. */
export interface LookupVerbs {
  /** The entries under a key, oldest first. */
  lookup<K extends string, V, P extends Protocol>(
    registry: Registry<K, V, P>,
    key: NoInfer<K>,
  ): readonly RegistryEntry<V, P>[];
  /** Hands the entries under a key over, to send to each what it needs. Not called when there are none. */
  dispatch<K extends string, V, P extends Protocol>(
    registry: Registry<K, V, P>,
    key: NoInfer<K>,
    dispatch: (entries: readonly RegistryEntry<V, P>[]) => void,
  ): void;
  /** All entries that `accept` says yes to; looks at each. */
  select<K extends string, V, P extends Protocol>(
    registry: Registry<K, V, P>,
    accept: (entry: KeyedEntry<K, V, P>) => boolean,
  ): readonly KeyedEntry<K, V, P>[];
  /** The keys of a process, each as often as it has entries under it. */
  keysOf<K extends string, V, P extends Protocol>(registry: Registry<K, V, P>, ref: Ref): readonly K[];
  /** How many entries there are: under a key, or in all. */
  count<K extends string, V, P extends Protocol>(registry: Registry<K, V, P>, key?: NoInfer<K>): number;
}

/** Verbs to register, which only processes can, and only themselves: `P` is what the process understands. */
export interface RegisterVerbs<P extends Protocol> {
  /**
   * Enters this process under a key, until it unregisters or ends. In `init`, it can be found as soon as it has started.
   *
   * @throws NoProcessError when this process has ended.
   */
  register<K extends string, V>(
    registry: Enterable<K, V, P>,
    key: NoInfer<K>,
    ...value: ValueArg<NoInfer<V>>
  ): Registration;
  /** Drops all of this process's entries under the key. */
  unregister<K extends string, V>(registry: Enterable<K, V, P>, key: NoInfer<K>): void;
  /** Gives this process's entry another value; listeners aren't told. */
  updateValue<K extends string, V>(
    registry: Enterable<K, V, P> & { readonly keys: "unique" },
    key: NoInfer<K>,
    change: (value: NoInfer<V>) => NoInfer<V>,
  ): "updated" | "not_registered";
}

/** The value of an entry, left out where entries carry none. */
export type ValueArg<Value> = [Value] extends [void] ? [] : [value: Value];

/**
 * Defines a registry: `Key` is the type of its keys, which are strings; `Value` what an entry carries, `void` for nothing;
 * `P` what the processes in it understand. Two of one name are the same registry.
 *
 * It needs no process: each runtime keeps its registries itself, and an entry goes in the moment its process ends.
 *
 * @example
 * const Rooms = defineRegistry<string, { topic: string }, RoomProtocol>("rooms", { keys: "unique" });
 * // in the room:    ctx.register(Rooms, "lobby", { topic: "all and sundry" })
 * // anywhere else:  ctx.cast(Rooms.via("lobby"), "say", "hello")
 */
export function defineRegistry<Key extends string, Value, P extends Protocol>(
  name: string,
  options: { readonly keys: "unique" },
): UniqueRegistry<Key, Value, P>;
export function defineRegistry<Key extends string, Value, P extends Protocol>(
  name: string,
  options: { readonly keys: "duplicate" },
): Registry<Key, Value, P>;
export function defineRegistry<Key extends string, Value, P extends Protocol>(
  name: string,
  { keys }: { readonly keys: RegistryKeys },
): Registry<Key, Value, P> {
  const events = defineTopic<RegistryEvent<Key, Value, P>>(`registry:${name}`).of("");
  const registry = { registry: name, keys, events };
  if (keys === "duplicate") return registry;
  return { ...registry, via: (key: Key): Via<P> => ({ registry: name, key }) } as Registry<Key, Value, P>;
}
