/** What the document says in words. */

export const DESCRIPTION = `Investment portfolios as an append-only log of facts, and their daily history in epochs.

Numbers of the books are accepted as JSON numbers or decimal strings and are returned as decimal strings. Returns and weights are fractions, never percent. Dates are ISO dates; instants are UTC with microseconds. Where a figure is null, a remark or a reason says why.

Every reply carries \`X-Request-Id\`; a failure is a problem document (RFC 9457) with that id. The market-data API (\`/api\`, \`/analytics\`) answers failures in an envelope of its own. A path that is not listed here is answered with 404, a method that is not listed with 405 and \`Allow\`, both as problem documents.

Reads of the books carry an \`ETag\`: sent back as \`If-None-Match\`, it spares the reply with 304 while nothing has changed. Lists come in pages: \`next_cursor\` (also in \`Link\`) goes into \`cursor\`. \`known_at\` reads the books as they were known at a moment. Commands take an \`Idempotency-Key\`; \`wait=projected\` replies when readers see the effect.

**Access.** Where the server asks for it, requests carry \`Authorization: Bearer\` with an API key or a JWT; each operation names the scope it needs (\`read\`, \`write\`, \`operate\`, \`admin\`). A portfolio that the caller may not know of is as if it were not there.

**Compatibility.** Version 1 only grows: new operations, new optional parameters, new members of replies, new values of members that are open. Whoever reads replies passes over members it does not know. Anything else would be version 2, under \`/v2\`.

**WebSocket.** \`GET /ws\` upgrades to a connection on which both sides send JSON objects with a \`type\`. A client sends \`subscribe\` and \`unsubscribe\` with \`symbols\` (or \`symbol\`, \`*\` for all), \`portfolio\` (an id: its live value) or \`alerts\` (true), and \`heartbeat\`; what it is sent is \`subscribed\`, \`unsubscribed\`, \`price_update\`, \`portfolio_value\`, \`alert\`, \`heartbeat\` and \`error\`. The same keys and scopes are asked for at the upgrade.`;

/** With its name in the list of SPDX. */
export const LICENSE = { name: 'Apache License 2.0', identifier: 'Apache-2.0' };

/** Every tag of an operation, in the order of the page. */
export const TAGS = [
  { name: 'Commands', description: 'Facts in: recorded once, never changed.' },
  { name: 'Portfolios', description: 'Settings, days, returns, risk, transactions and flows.' },
  { name: 'Groups', description: 'Several portfolios taken as one: the same figures, and who is in it.' },
  { name: 'Positions', description: 'What is held, its history, lots and days.' },
  { name: 'Exports', description: 'Whole histories in one reply: every day of every position or portfolio.' },
  { name: 'Restatements', description: 'Epochs, and what they changed.' },
  { name: 'Securities', description: 'What can be held, with its attributes.' },
  { name: 'Benchmarks', description: 'Securities, blends and uploaded series to measure against.' },
  { name: 'Events', description: 'The log.' },
  { name: 'Access', description: 'Keys: who may do what, with which portfolios.' },
  { name: 'Rebuilds', description: 'The read model made anew.' },
  { name: 'Market data', description: 'Prices, bars, indicators, alerts; ticks in.' },
  { name: 'Operations', description: 'Health and metrics.' },
];

export const BEARER = {
  type: 'http',
  scheme: 'bearer',
  description:
    'An API key, or a JWT of the issuer the server trusts. The names beside an operation are the scopes it needs. A server on the loopback interface may ask for none.',
} as const;
