/**
 * What Grafana does to a query before it is sent: variables and the macros of its PostgreSQL and
 * Prometheus data sources, those we use. Anything else is an error here, as it would be there.
 */
export interface Range {
  readonly from: Date;
  readonly to: Date;
}

/** The chosen values of each variable; one with several is written by them all. */
export type Chosen = ReadonlyMap<string, readonly string[]>;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function interpolate(query: string, chosen: Chosen): string {
  return query.replaceAll(/\$\{(\w+)(?::(\w+))?\}/g, (_whole, name: string, format: string | undefined) => {
    const values = chosen.get(name);
    if (!values || values.length === 0) throw new Error(`the variable ${name} has no value`);
    if (format === 'sqlstring' || format === 'singlequote') return values.map(literal).join(',');
    if (format === undefined || format === 'raw') return values.join(',');
    throw new Error(`the format ${format} of the variable ${name} is unknown`);
  });
}

function refuseRest(query: string): string {
  const rest = /\$[\w{]+/.exec(query);
  if (rest) throw new Error(`Grafana would not know ${rest[0]}`);
  return query;
}

/** The SQL that PostgreSQL gets. */
export function expandSql(query: string, { from, to }: Range, chosen: Chosen): string {
  const start = literal(from.toISOString());
  const end = literal(to.toISOString());
  return refuseRest(
    interpolate(query, chosen)
      .replaceAll(
        /\$__timeFilter\(([\w.]+)\)/g,
        (_whole, column: string) => `${column} BETWEEN ${start} AND ${end}`,
      )
      .replaceAll('$__timeFrom()', start)
      .replaceAll('$__timeTo()', end),
  );
}

/** The PromQL that Prometheus gets, for rates over so many seconds. */
export function expandPromql(query: string, rateSeconds: number): string {
  return refuseRest(query.replaceAll('$__rate_interval', `${rateSeconds}s`));
}
