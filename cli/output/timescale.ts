import type { DatabaseFacts } from '../app.ts';

/** What the program makes of the server's TimescaleDB, in a few words. */
export function timescaleText({ timescale: { edition, version, reason } }: DatabaseFacts): string {
  switch (edition) {
    case 'none':
      return reason === undefined ? 'none: plain tables' : `none: plain tables (${reason})`;
    case 'apache':
      return `${version ?? ''} Apache edition: hypertables`.trim();
    case 'full':
      return `${version ?? ''} full edition: hypertables, columnstore, policies`.trim();
    default:
      return edition satisfies never;
  }
}
