/** `@wheelhouse/actors`: OTP's processes and supervision. */

// Protocols and addresses
export {
  defineInfo,
  defineTopic,
  processName,
  type Address,
  type CallArgs,
  type CallName,
  type CastArgs,
  type CastName,
  type InfoKind,
  type ProcessName,
  type Protocol,
  type Ref,
  type Reply,
  type ReplyTo,
  type Topic,
  type TopicFamily,
  type Via,
} from "./protocol.ts";

// Processes
export {
  defineGenServer,
  on,
  type CallHandlers,
  type CastHandlers,
  type GenServer,
  type GenServerDefinition,
  type InfoHandler,
} from "./gen-server.ts";
export {
  CALL_TIMEOUT_MS,
  type CallContext,
  type Context,
  type Owned,
  type PortKey,
  type Timer,
  type Verbs,
} from "./context.ts";
export { ProcessContext } from "./process/context.ts";
export type { Asker } from "./process/pending-call.ts";
export { Later, ignore, later, noReply, type ProcessSpec } from "./process/definition.ts";
export { type Down, type Exit } from "./process/message.ts";

// Registries and topics
export {
  defineRegistry,
  type KeyedEntry,
  type Registration,
  type Registry,
  type RegistryEntry,
  type RegistryEvent,
  type RegistryKeys,
  type UniqueRegistry,
} from "./registry.ts";
export {
  SubscriptionEnded,
  type Bound,
  type BoundedSubscription,
  type Subscriber,
  type SubscriberInfo,
  type SubscriptionCounts,
} from "./topics.ts";

// Tasks
export {
  TASK_TIMEOUT_MS,
  type Task,
  type TaskContext,
  type TaskFunction,
  type TaskOptions,
  type TaskSupervisorProtocol,
} from "./tasks/task.ts";
export {
  defineTaskSupervisor,
  type TaskSupervisor,
  type TaskSupervisorOptions,
} from "./tasks/task-supervisor.ts";
export {
  TASK_STREAM_CONCURRENCY,
  taskStream,
  type TaskResult,
  type TaskStreamOptions,
} from "./tasks/task-stream.ts";

// Supervision
export { defineSupervisor, type Supervisor, type SupervisorSpec } from "./supervision/supervisor.ts";
export {
  type ChildInfo,
  type RestartChildOutcome,
  type StartChildOutcome,
  type StartOutcome,
  type SupervisorProtocol,
} from "./supervision/supervisor-protocol.ts";
export {
  defineDynamicSupervisor,
  type ChildStart,
  type DynamicSupervisor,
  type DynamicSupervisorProtocol,
  type DynamicSupervisorSpec,
} from "./supervision/dynamic-supervisor.ts";
export {
  SHUTDOWN_MS,
  type ChildOptions,
  type ChildSpec,
  type ChildType,
  type Restart,
  type Shutdown,
} from "./supervision/child-spec.ts";
export { type ChildCounts } from "./supervision/children.ts";
export {
  DEFAULT_INTENSITY,
  type AutoShutdown,
  type Intensity,
  type Strategy,
} from "./supervision/restart-rules.ts";
export { type BackOff } from "./supervision/back-off.ts";
export { SpecError } from "./supervision/spec-checks.ts";

// Programs
export { start, type Application, type StartOptions } from "./application.ts";
export { Runtime, provide, type ProvidedPort, type RuntimeOptions } from "./runtime/runtime.ts";
export { describe, formatTree, type ProcessNode } from "./describe.ts";
export { formatCrash, type CrashEvent } from "./crash-report.ts";
export { type LabelledRef, type ProgramEvent, type RuntimeEvent } from "./events.ts";

// Why things end
export { formatReason, isCleanExit, type ExitReason, type ShutdownReason } from "./exit-reason.ts";
export {
  CallTimeoutError,
  ForeignAwaitError,
  NameTakenError,
  NoProcessError,
  ProcessExitedError,
  SelfCallError,
  StartFailedError,
  TaskTimeoutError,
  UnknownCallError,
} from "./errors.ts";
