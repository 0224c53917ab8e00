/** What a client may cost. */

export interface SocketLimits {
  readonly maxConnections: number;
  /** Symbols and portfolios of one connection. */
  readonly maxSubscriptions: number;
  /** Of one inbound message; beyond it the connection is closed with 1009. */
  readonly maxMessageBytes: number;
  /** What may be held for one connection that does not read. */
  readonly maxBufferBytes: number;
  readonly pingMs: number;
  /** Nothing heard for so long: dead. */
  readonly timeoutMs: number;
  /** One that took nothing for so long, while more than `maxBufferBytes` went by, does not read. */
  readonly stallMs: number;
  /** How long the end of a connection is waited for before it is cut. */
  readonly closeMs: number;
  /** Origins of web pages that may connect; `*` for any. Programs send none. */
  readonly origins: readonly string[];
}

export const DEFAULT_SOCKET_LIMITS: SocketLimits = {
  maxConnections: 20_000,
  maxSubscriptions: 1_000,
  maxMessageBytes: 1_048_576,
  maxBufferBytes: 1_048_576,
  pingMs: 30_000,
  timeoutMs: 60_000,
  stallMs: 5_000,
  closeMs: 5_000,
  origins: ['*'],
};
