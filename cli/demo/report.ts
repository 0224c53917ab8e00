/** What the demo shows of a portfolio: year by year, the whole, and what to try next. */
import { parsePeriods } from '../../domain/returns/periods.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../domain/returns/model.ts';
import { subjectPerformance } from '../../projections/queries/performance.ts';
import { ofPortfolio } from '../../projections/queries/subject.ts';
import type { PerformanceReport } from '../../projections/queries/performance.ts';
import type { Session } from '../context.ts';
import { figure, percent } from '../output/format.ts';
import { netFlow } from '../output/periods.ts';
import { table } from '../output/table.ts';
import { valueOf } from '../reading.ts';

/** Every calendar year of the demo and the time since inception. */
export async function yearByYear(
  { app }: Session,
  portfolioId: string,
  dates: readonly { readonly date: string }[],
): Promise<PerformanceReport> {
  const years = [...new Set(dates.map(({ date }) => date.slice(0, 4)))];
  const parsed = parsePeriods([...years, 'SI'].join(','));
  const query = { periods: parsed.ok ? parsed.value : [], options: DEFAULT_RETURN_OPTIONS };
  return valueOf(await subjectPerformance(app.queries.reader, ofPortfolio(portfolioId), query));
}

/** The table of the years, the total in its last line. */
export function yearTable(report: PerformanceReport): string {
  const rows = report.periods.map((period) => [
    period.period === 'SI' ? 'total' : period.period,
    figure(period.begin_market_value),
    figure(netFlow(period)),
    figure(period.gain),
    figure(period.end_market_value),
    percent(period.twr),
    percent(period.mwr),
  ]);
  return table(
    [
      { title: 'year' },
      { title: 'opening value', align: 'right' },
      { title: 'net flow', align: 'right' },
      { title: 'gain', align: 'right' },
      { title: 'closing value', align: 'right' },
      { title: 'TWR', align: 'right' },
      { title: 'XIRR', align: 'right' },
    ],
    rows,
  );
}

/** Lines to copy. */
export function nextSteps({ app, config }: Session, portfolioId: string): string {
  const { host, port } = config.http;
  const base = `http://${host}:${port}/v1/portfolios/${portfolioId}`;
  return [
    'What to try next:',
    '  npm start                                  # the HTTP API on this data, pages at /docs',
    `  curl '${base}/positions'`,
    `  curl '${base}/performance?periods=YTD,5Y,SI'`,
    `  curl '${base}/restatements'`,
    `  curl '${base}/timeseries?frequency=yearly&format=csv'`,
    '  node bin/chronofolio.js verify             # replays the log and compares',
    // The embedded server lets in who sits at this machine; a password of another one is nobody's to print.
    ...(app.database.embedded
      ? [`  psql '${app.database.url}' -c 'select type, count(*) from events group by type'`]
      : []),
    ...(app.database.embedded ? ['The embedded database runs while a command or the server does.'] : []),
  ].join('\n');
}
