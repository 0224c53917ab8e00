/** Why requests are refused, as it is counted; callers are told less. */

/** What is wrong with a token. */
export const TOKEN_FAULTS = [
  /** It is nobody's, or says what it may not. */
  'invalid',
  'expired',
  'revoked',
  /** The identity provider's keys cannot be had, so nobody can say. */
  'provider',
] as const;
export type TokenFault = (typeof TOKEN_FAULTS)[number];

/** Every reason there is: few, so that they can name series of a metric. */
export const REFUSAL_CAUSES = [
  ...TOKEN_FAULTS,
  /** No token. */
  'missing',
  /** A scope that it does not have. */
  'scope',
  /** Of some portfolios, where all are needed. */
  'limited',
  /** A path names a portfolio outside its list; it is answered as one that does not exist. */
  'portfolio',
  /** Too many requests, or too many tokens that failed. */
  'rate',
  /** A web page of another place, or a proxy, where access is off. */
  'elsewhere',
] as const;
export type RefusalCause = (typeof REFUSAL_CAUSES)[number];
