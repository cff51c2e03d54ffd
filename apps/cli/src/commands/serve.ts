/** `wheelhouse serve`: the server itself, as `npm start` runs it. */

import type { AddCommand } from "./command.ts";

export const serve: AddCommand = (program, terminal) => {
  program
    .command("serve")
    .description("run the server; takes the same options as npm start")
    .helpOption(false)
    .allowUnknownOption()
    .argument("[options...]")
    .action(async (_given, _options, command) => {
      // Only who wants the server waits until it is loaded.
      const { runServerCommand } = await import("@wheelhouse/server");
      await runServerCommand(command.args, terminal.environment);
    });
};
