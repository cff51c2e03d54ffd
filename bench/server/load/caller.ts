/** Somebody who changes a variable again and again, and waits for it to be applied. */

import { Agent, request } from "node:http";
import { quantile } from "../../figure.ts";

export interface Calls {
  readonly httpPort: number;
  readonly cookie: string;
  /** Of the variables of a device, with its query. */
  readonly path: string;
  readonly variable: string;
  readonly count: number;
  /** No more calls after that. */
  readonly mostMs: number;
}

export interface CallTimes {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly count: number;
}

/** @throws Error when one isn't applied. */
export async function changeVariables(calls: Calls): Promise<CallTimes> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  const begun = performance.now();
  try {
    for (let call = 1; call <= calls.count && performance.now() - begun < calls.mostMs; call += 1) {
      const calledAt = performance.now();
      const answer = await patch(agent, calls, call);
      times.push(performance.now() - calledAt);
      if (!answer.includes('"state":"applied"')) throw new Error(`expected applied, got: ${answer}`);
    }
  } finally {
    agent.destroy();
  }
  return { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), count: times.length };
}

function patch(agent: Agent, { httpPort, cookie, path, variable }: Calls, value: number): Promise<string> {
  const headers = { cookie, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const call = request(
      { host: "127.0.0.1", port: httpPort, path, method: "PATCH", agent, headers },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("error", reject);
        response.on("end", () => resolve(text));
      },
    );
    call.on("error", reject);
    call.end(JSON.stringify({ values: { [variable]: value } }));
  });
}
