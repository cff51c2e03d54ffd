/** What a socket is told about encryption, as server and as client. Certificates and keys are PEM. */

/** Certificates and keys, PEM. */
export interface TlsIdentity {
  /** The certificate with those that vouch for it, the own one first. */
  readonly cert: string | Uint8Array;
  /** Of that certificate, without a password. */
  readonly key: string | Uint8Array;
}

/** The end that shows a certificate. */
export interface TlsServerOptions extends TlsIdentity {
  readonly role: "server";
  /**
   * By the name that the client asks for (SNI, RFC 6066), or by `*` for its first label; of a name that isn't here, the
   * identity above is shown.
   */
  readonly servers?: Readonly<Record<string, TlsIdentity>>;
  /** Who may vouch for clients; given, a client without a certificate of theirs is refused. */
  readonly clientCa?: string | Uint8Array;
  /**
   * Application protocols, the preferred one first (ALPN, RFC 7301). A client that offers others only is refused; one that
   * offers nothing at all is let in.
   */
  readonly alpn?: readonly string[];
}

/** The end that asks for a name. A certificate of its own it shows only to a server that asks for one. */
export interface TlsClientOptions extends Partial<TlsIdentity> {
  readonly role: "client";
  /** The name to ask for, which the certificate must be for. */
  readonly serverName: string;
  /** Who may vouch for the server. Default: those that Node.js knows. */
  readonly ca?: string | Uint8Array;
  readonly alpn?: readonly string[];
}

/** Either end's. */
export type TlsOptions = TlsServerOptions | TlsClientOptions;

/** What was agreed on. */
export interface TlsInfo {
  /** `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
  /** The name that the client asked for. */
  readonly serverName: string | undefined;
  /** The application protocol. */
  readonly alpn: string | undefined;
}
