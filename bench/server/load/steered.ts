/** A device with one variable that people change: it applies whatever it is told, at once. */

import { connect } from "node:net";

export interface Steered {
  readonly port: number;
  readonly key: string;
  readonly device: string;
  readonly variable: string;
}

/** Resolves when its declaration is known. */
export function answerSets({ port, key, device, variable }: Steered): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const declared = { name: variable, kind: "float", value: 0, writable: true };
  const say = (...messages: readonly object[]) =>
    socket.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
  say(
    { type: "hello", protocol: 2, key, device },
    { type: "declare", variables: [declared] },
    { type: "variables", seq: 1, values: { [variable]: 0 } },
  );
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    let rest = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const message = JSON.parse(line) as { type: string; id: number; values: Record<string, number> };
        if (message.type === "set") {
          const results = Object.entries(message.values).map(([name, value]) => [name, { value }]);
          say({ type: "applied", id: message.id, results: Object.fromEntries(results) as object });
        } else if (message.type === "ack") {
          resolve();
        } else if (message.type === "error") {
          reject(new Error(line));
        }
      }
    });
  });
}
