/**
 * What Grafana does to a query before it is sent: variables and the macros of its data sources, those the
 * dashboards use. Anything else is an error here, as it would be there.
 */
import { expandGrafana } from '../support/grafana.ts';

export interface Range {
  readonly from: Date;
  readonly to: Date;
}

/** The chosen values of each variable; one with several is written by them all. */
export type Chosen = ReadonlyMap<string, readonly string[]>;

function refuseRest(query: string): string {
  const rest = /\$[\w{][\w:]*/.exec(query);
  if (rest) throw new Error(`Grafana would not know ${rest[0]}`);
  return query;
}

/** The SQL that PostgreSQL gets. */
export function expandSql(query: string, { from, to }: Range, chosen: Chosen): string {
  for (const [name, values] of chosen)
    if (values.length === 0) throw new Error(`the variable ${name} has no value`);
  const expanded = expandGrafana(query, {
    from: from.toISOString(),
    to: to.toISOString(),
    interval: '1d',
    variables: Object.fromEntries(chosen),
  });
  return refuseRest(expanded);
}

/** The PromQL that Prometheus gets, for rates over so many seconds. */
export function expandPromql(query: string, rateSeconds: number): string {
  return refuseRest(
    query.replaceAll('$__rate_interval', `${rateSeconds}s`).replaceAll('$__interval', `${rateSeconds}s`),
  );
}
