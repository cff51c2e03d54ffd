/** The certificate of the ports, from files. */

import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { Config } from "../config.ts";

export interface TlsIdentity {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The files that the settings name can't be used; the message names the setting. */
export class TlsFilesError extends Error {
  override readonly name = "TlsFilesError";
  readonly code = "tls_files";
}

/** @throws TlsFilesError when one can't be read, or the key isn't the certificate's. */
export async function readTls({
  tlsCert,
  tlsKey,
}: Pick<Config, "tlsCert" | "tlsKey">): Promise<TlsIdentity | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const identity = { cert: await read("--tls-cert", tlsCert), key: await read("--tls-key", tlsKey) };
  try {
    createSecureContext(identity);
  } catch (cause) {
    throw new TlsFilesError(
      `--tls-cert ${tlsCert}: expected a certificate and, in --tls-key ${tlsKey}, its key: ${(cause as Error).message}`,
      { cause },
    );
  }
  return identity;
}

async function read(flag: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new TlsFilesError(
      `${flag} ${file}: expected a file that can be read: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}
