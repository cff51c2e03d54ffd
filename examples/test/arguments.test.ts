import { describe, expect, test } from "vitest";

import { parseListenArguments } from "../src/arguments.ts";

const DEFAULTS = { host: "127.0.0.1", port: 7007 };

describe("arguments of examples that listen", () => {
  test.each([
    [[], DEFAULTS],
    [["--port", "0"], { host: "127.0.0.1", port: 0 }],
    [["--port=65535", "--host=::1"], { host: "::1", port: 65_535 }],
    [["--help", "--port", "x"], "help"],
  ])("%j", (args, parsed) => {
    expect(parseListenArguments(args, DEFAULTS)).toEqual(parsed);
  });

  test.each([
    [["--port", "x"], "expected --port to be a whole number from 0 to 65535, got: x"],
    [["--port", "65536"], "expected --port to be a whole number from 0 to 65535, got: 65536"],
    [["--port", "-1"], "expected --port to be a whole number from 0 to 65535, got: -1"],
    [["--port", "1e3"], "expected --port to be a whole number from 0 to 65535, got: 1e3"],
    [["--port"], "expected a value after --port, got: nothing"],
    [["--port", "--host"], "expected a value after --port, got: --host"],
    [["--host="], "expected --host to be a name or an address, got: nothing"],
    [["--prot", "1"], "expected one of --port, --host, --help, got: --prot"],
    [["-p", "1"], "expected one of --port, --host, --help, got: -p"],
    [["--", "1"], "expected one of --port, --host, --help, got: --"],
    [["7007"], "expected arguments that begin with --, got: 7007"],
  ])("%j is refused", (args, problem) => {
    expect(parseListenArguments(args, DEFAULTS)).toEqual({ problem });
  });
});
