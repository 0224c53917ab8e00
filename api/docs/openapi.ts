/** The OpenAPI document, made from the schemas that check the requests. */
import type { Api } from '../http/context.ts';

type Document = ReturnType<Api['getOpenAPI31Document']>;

const DESCRIPTION = `Investment portfolios as an append-only log of facts, and their daily history in epochs.

Numbers of the books are accepted as JSON numbers or decimal strings and are returned as decimal strings.
Returns and weights are fractions, never percent. Dates are ISO dates; instants are UTC with microseconds.
Every reply carries \`X-Request-Id\`; a failure is a problem document (RFC 9457) with that id.`;

export function openApiDocument(api: Api): Document {
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Chronofolio',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Commands', description: 'Facts in: recorded once, never changed.' },
      { name: 'Portfolios', description: 'Settings, days, returns, transactions and flows.' },
      { name: 'Positions', description: 'What is held, its history, lots and days.' },
      { name: 'Restatements', description: 'Epochs, and what they changed.' },
      { name: 'Events', description: 'The log.' },
      { name: 'Rebuilds', description: 'The read model made anew.' },
      { name: 'Market data', description: 'Prices, bars, indicators, alerts; ticks in.' },
      { name: 'Operations', description: 'Health and metrics.' },
    ],
  });
}
