/** Reading the settings: flags before variables before defaults, and each mistake in words that help. */

import { resolve } from "node:path";
import type { TrustedAddresses } from "@wheelhouse/net";
import { describe, expect, test } from "vitest";
import { SETTINGS, formatHelp, readCommandLine, type Config } from "../src/config.ts";

const DEFAULTS = {
  http: { host: "127.0.0.1", port: 8080 },
  tcp: { host: "127.0.0.1", port: 6667 },
  data: resolve("./data"),
  publicUrl: undefined,
  tlsCert: undefined,
  tlsKey: undefined,
  trustedProxy: undefined,
  openRegistration: false,
  requestLimit: 2_000,
  maxConnections: 2_000,
  deviceLines: 100_000,
  logLevel: "warn",
};

describe("what is right", () => {
  const cases: readonly (readonly [
    args: string[],
    environment: Record<string, string>,
    config: Partial<Config>,
  ])[] = [
    [[], {}, {}],
    [["--http", "0.0.0.0:80"], {}, { http: { host: "0.0.0.0", port: 80 } }],
    [["--http=localhost:0"], {}, { http: { host: "localhost", port: 0 } }],
    [["--tcp", "[::1]:65535"], {}, { tcp: { host: "::1", port: 65_535 } }],
    [["--tcp", "[FE80::1]:1"], {}, { tcp: { host: "fe80::1", port: 1 } }],
    [["--http", "MyHost.local:8080"], {}, { http: { host: "myhost.local", port: 8080 } }],
    [["--tcp", "my-host_1.example:6667"], {}, { tcp: { host: "my-host_1.example", port: 6667 } }],
    [["--data", "elsewhere"], {}, { data: resolve("elsewhere") }],
    [["--data", "/srv/wheelhouse"], {}, { data: "/srv/wheelhouse" }],
    [["--public-url", "https://watch.example.org"], {}, { publicUrl: new URL("https://watch.example.org") }],
    [["--public-url", ""], {}, { publicUrl: undefined }],
    [["--log-level", "debug"], {}, { logLevel: "debug" }],
    [["--tls-cert", "/c", "--tls-key", "/k"], {}, { tlsCert: "/c", tlsKey: "/k" }],
    [["--tls-cert", "/c"], { WHEELHOUSE_TLS_KEY: "/k" }, { tlsCert: "/c", tlsKey: "/k" }],
    [["--open-registration"], {}, { openRegistration: true }],
    [[], { WHEELHOUSE_OPEN_REGISTRATION: "yes" }, { openRegistration: true }],
    [["--open-registration"], { WHEELHOUSE_OPEN_REGISTRATION: "no" }, { openRegistration: true }],
    [["--request-limit", "1"], {}, { requestLimit: 1 }],
    [["--max-connections", "100000"], {}, { maxConnections: 100_000 }],
    [["--device-lines", "50"], {}, { deviceLines: 50 }],
    [[], { WHEELHOUSE_HTTP: "localhost:1" }, { http: { host: "localhost", port: 1 } }],
    [[], { WHEELHOUSE_TCP: "localhost:2" }, { tcp: { host: "localhost", port: 2 } }],
    [[], { WHEELHOUSE_DATA: "/srv" }, { data: "/srv" }],
    [[], { WHEELHOUSE_PUBLIC_URL: "http://a.example:81/" }, { publicUrl: new URL("http://a.example:81/") }],
    [[], { WHEELHOUSE_LOG_LEVEL: "silent" }, { logLevel: "silent" }],
    [["--data", "/flag"], { WHEELHOUSE_DATA: "/variable" }, { data: "/flag" }],
    [[], { WHEELHOUSE_DATA: "", HTTP: "nonsense" }, {}],
  ];
  test.each(cases)("%j with %j", (args, environment, config) => {
    expect(readCommandLine(args, environment)).toEqual({ type: "run", config: { ...DEFAULTS, ...config } });
  });
});

describe("what is wrong names the setting, what would be right and what was given", () => {
  const cases: readonly (readonly [args: string[], environment: Record<string, string>, parts: string[]])[] =
    [
      [["--http", "8080"], {}, ["--http", "HOST:PORT", `"8080"`]],
      [["--http", ":8080"], {}, ["--http", "HOST:PORT", `":8080"`]],
      [["--http", "localhost:"], {}, ["--http", `"localhost:"`]],
      [["--http", "localhost:65536"], {}, ["--http", "0 to 65535", `"localhost:65536"`]],
      [["--http", "localhost:-1"], {}, ["--http", `"localhost:-1"`]],
      [["--http", "localhost:80 "], {}, ["--http", `"localhost:80 "`]],
      [["--http", "::1:80"], {}, ["--http", `"::1:80"`]],
      [["--http", "http://localhost:80"], {}, ["--http", `"http://localhost:80"`]],
      [["--http", ""], {}, ["--http", `""`]],
      [["--data", ""], {}, ["--data", "folder", `""`]],
      [["--public-url", "ftp://a.example"], {}, ["--public-url", "http", `"ftp://a.example"`]],
      [["--public-url", "watch.example.org"], {}, ["--public-url", `"watch.example.org"`]],
      [["--tls-cert", "/c"], {}, ["--tls-key", "together with --tls-cert"]],
      [["--tls-key", "/k"], {}, ["--tls-cert", "together with --tls-key"]],
      [["--open-registration=yes"], {}, ["--open-registration"]],
      [[], { WHEELHOUSE_OPEN_REGISTRATION: "true" }, ["WHEELHOUSE_OPEN_REGISTRATION", "yes or no", `"true"`]],
      [["--request-limit", "0"], {}, ["--request-limit", "1 to 1000000", `"0"`]],
      [["--request-limit", "1e3"], {}, ["--request-limit", `"1e3"`]],
      [["--max-connections", "3"], {}, ["--max-connections", "4 to 100000", `"3"`]],
      [["--trusted-proxy", "proxy.example"], {}, ["--trusted-proxy", "networks", `"proxy.example"`]],
      [["--trusted-proxy", "10.0.0.0/33"], {}, ["--trusted-proxy", `"10.0.0.0/33"`]],
      [["--trusted-proxy", "10.0.0.1,"], {}, ["--trusted-proxy", `"10.0.0.1,"`]],
      [["--log-level", "loud"], {}, ["--log-level", "debug, info, warn, error, silent", `"loud"`]],
      [[], { WHEELHOUSE_TCP: "6667" }, ["WHEELHOUSE_TCP", "HOST:PORT", `"6667"`]],
      [[], { WHEELHOUSE_LOG_LEVEL: "WARN" }, ["WHEELHOUSE_LOG_LEVEL", `"WARN"`]],
      [["--tcp"], {}, ["--tcp"]],
      [
        ["--verbose"],
        {},
        ["--verbose", "--http, --tcp, --data, --public-url, --tls-cert, --tls-key", "--help, --version"],
      ],
      [["--no-http"], {}, ["--no-http"]],
      [["start"], {}, ["start", "--http"]],
      [["--help=yes"], {}, ["--help"]],
    ];
  test.each(cases)("%j with %j", (args, environment, parts) => {
    const command = readCommandLine(args, environment);
    if (command.type !== "wrong") throw new Error(`expected it to be wrong, got: ${command.type}`);
    for (const part of parts) expect(command.message).toContain(part);
    expect(command.message).not.toContain("\n");
  });
});

test("trusted proxies are addresses and networks of either version", () => {
  const command = readCommandLine(["--trusted-proxy", "10.0.0.0/8, 127.0.0.1,fd00::/8"], {});
  const { trustedProxy } = (command as { readonly config: { readonly trustedProxy: TrustedAddresses } })
    .config;
  for (const [address, is] of [
    ["10.9.8.7", true],
    ["127.0.0.1", true],
    ["127.0.0.2", false],
    ["11.0.0.1", false],
    ["fd12::1", true],
    ["fe80::1", false],
  ] as const)
    expect(trustedProxy.has(address), address).toBe(is);
});

test("help comes before version, and both before anything wrong", () => {
  expect(readCommandLine(["--help", "--version"], {})).toEqual({ type: "help" });
  expect(readCommandLine(["-h"], {})).toEqual({ type: "help" });
  expect(readCommandLine(["--version", "--http", "nonsense"], { WHEELHOUSE_TCP: "nonsense" })).toEqual({
    type: "version",
  });
});

test("the help shows each setting with its variable and its default", () => {
  const help = formatHelp();
  for (const setting of Object.values(SETTINGS)) {
    expect(help).toContain(`--${setting.flag} ${setting.value}`.trim());
    expect(help).toContain(setting.variable);
    expect(help).toContain(setting.default);
  }
});
