import { describe, expect, test } from "vitest";

import {
  isProblem,
  listenOptions,
  readListenArguments,
  readOptions,
  type ListenDefaults,
} from "../src/arguments.ts";

const DEFAULTS = { port: 7007 };

function parse(
  args: readonly string[],
  defaults: ListenDefaults,
  variables: Readonly<Record<string, string>> = {},
) {
  const given = readOptions(args, listenOptions(defaults));
  return given === "help" || isProblem(given) ? given : readListenArguments(given, defaults, variables);
}

describe("arguments of examples that listen", () => {
  test.each([
    [[], { host: "127.0.0.1", port: 7007 }],
    [["--port", "0"], { host: "127.0.0.1", port: 0 }],
    [["--port=65535", "--host=::1"], { host: "::1", port: 65_535 }],
    [["--help", "--port", "x"], "help"],
  ])("%j", (args, parsed) => {
    expect(parse(args, DEFAULTS)).toEqual(parsed);
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
    expect(parse(args, DEFAULTS)).toEqual({ problem });
  });

  describe("whose environment is heard", () => {
    const HEARD = { port: 1234, hostOption: "ip", environment: "RECEIVED" } as const;

    test.each([
      [[], {}, { host: "127.0.0.1", port: 1234 }],
      [[], { RECEIVED_IP: "::1", RECEIVED_PORT: "0" }, { host: "::1", port: 0 }],
      [["--port", "7"], { RECEIVED_IP: "::1", RECEIVED_PORT: "x" }, { host: "::1", port: 7 }],
      [["--ip", "::1"], { IP: "::2", PORT: "2" }, { host: "::1", port: 1234 }],
    ])("%j with %j", (args, variables, parsed) => {
      expect(parse(args, HEARD, variables)).toEqual(parsed);
    });

    test.each([
      [["--port", "x"], {}, "expected --port to be a whole number from 0 to 65535, got: x"],
      [[], { RECEIVED_PORT: "x" }, "expected RECEIVED_PORT to be a whole number from 0 to 65535, got: x"],
      [[], { RECEIVED_IP: "" }, "expected RECEIVED_IP to be a name or an address, got: nothing"],
      [["--host", "::1"], {}, "expected one of --port, --ip, --help, got: --host"],
    ])("%j with %j is refused", (args, variables, problem) => {
      expect(parse(args, HEARD, variables)).toEqual({ problem });
    });
  });
});
