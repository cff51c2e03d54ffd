/** What a person copies to connect a first program, for a key and the server's address. Pure. */

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Snippet {
  readonly id: "shell" | "javascript" | "example";
  readonly title: string;
  readonly hint: string;
  readonly code: string;
}

/** The device port's host for a page that was opened under that name. */
export function toDeviceHost(hostname: string): string {
  const isLoopback = hostname === "localhost" || hostname === "[::1]" || hostname === "";
  return isLoopback ? "127.0.0.1" : hostname;
}

export function toSnippets(key: string, { host, port }: Address): readonly Snippet[] {
  return [
    {
      id: "shell",
      title: "Shell",
      hint: "Two variables over a plain connection, which stays open so that you can change them here. Needs nc and base64.",
      code: shellSnippet(key, host, port),
    },
    {
      id: "javascript",
      title: "JavaScript",
      hint: "Declares a variable you can change here, and streams your world ten times a second.",
      code: javascriptSnippet(key, host, port),
    },
    {
      id: "example",
      title: "Example game",
      hint: "A small simulated game, run in a clone of Wheelhouse.",
      code: `npm run example -- game --key ${key}`,
    },
  ];
}

function shellSnippet(key: string, host: string, port: number): string {
  const variables =
    '[{"name":"speed","type":"float","value":"3"},{"name":"player","type":"string","value":"Ann"}]';
  return `(printf 'v:%s\\n' ${key}; printf 'i:%s:%s\\n' ${key} "$(printf '%s' '${variables}' | base64 | tr -d '\\n')"; cat) | nc ${host} ${port}`;
}

function javascriptSnippet(key: string, host: string, port: number): string {
  return `import { connect } from "@wheelhouse/sdk";

const world = { speed: 3, score: 0 };
const game = connect({ key: "${key}", device: "my-game", tcp: "${host}:${port}" });

game.declare({ speed: { kind: "float", value: 3, min: 0, max: 9, writable: true } });
game.onSet("speed", (value) => { world.speed = value; return value; });
setInterval(() => game.send({ speed: world.speed, score: world.score }), 100);
game.log("info", "ready");`;
}
