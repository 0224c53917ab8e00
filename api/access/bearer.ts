/** Tokens as requests carry them. */

/** No token that we take is longer; a longer one is not even looked at. */
const LONGEST_TOKEN = 8_192;
const PROTOCOL = 'chronofolio';
const PROTOCOL_TOKEN = `${PROTOCOL}.bearer.`;

/** The token of an `Authorization: Bearer …` header; '' for a header that holds none. */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(header)?.[1] ?? '';
  return token.length > LONGEST_TOKEN ? '' : token;
}

/** The token among the subprotocols that a browser offers, which cannot send headers with a WebSocket. */
export function protocolToken(header: string | undefined): string | undefined {
  const offered = header?.split(',').map((one) => one.trim());
  const token = offered?.find((one) => one.startsWith(PROTOCOL_TOKEN))?.slice(PROTOCOL_TOKEN.length);
  return token === undefined || token.length > LONGEST_TOKEN ? undefined : token;
}

/** What is answered of the subprotocols offered: never the one that is a secret. */
export function answeredProtocol(offered: ReadonlySet<string>): string | false {
  if (offered.has(PROTOCOL)) return PROTOCOL;
  const [first] = [...offered].filter((one) => !one.startsWith(PROTOCOL_TOKEN));
  return first ?? false;
}
