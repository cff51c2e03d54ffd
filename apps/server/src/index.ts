/** `@wheelhouse/server`: the server as a function, for the command line and for tests. */

export { startServer, type RunningServer } from "./server.ts";
export { runServerCommand } from "./command.ts";
export { resetPasswordInFolder, type FolderReset, type NewPassword } from "./accounts/reset-in-folder.ts";
export {
  SETTINGS,
  formatHelp,
  readCommandLine,
  type CommandLine,
  type Config,
  type HostAndPort,
} from "./config.ts";
export { type OpenStorage } from "./store/store.ts";
