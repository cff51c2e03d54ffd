/** What a server of Node.js uses, for its bench. */

export interface Usage {
  readonly residentBytes: number;
  /** The most it ever was. */
  readonly mostResidentBytes: number;
  readonly heapBytes: number;
  readonly openSockets: number;
}

/** After a collection, where the server runs with `--expose-gc`. */
export function usage(): Usage {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    residentBytes: rss,
    mostResidentBytes: process.resourceUsage().maxRSS * 1_024,
    heapBytes: heapUsed,
    openSockets: process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length,
  };
}
