import { Command, Option } from 'commander';
import { parseCustomPeriod, parsePeriods, STANDARD_PERIODS } from '../../domain/returns/periods.ts';
import type { NamedPeriod, Parsed } from '../../domain/returns/periods.ts';
import { FLOW_TIMINGS } from '../../domain/returns/model.ts';
import type { Basis, TaxTreatment } from '../../domain/returns/model.ts';
import { subjectPerformance } from '../../projections/queries/performance.ts';
import type { PerformanceReport } from '../../projections/queries/performance.ts';
import { ofPortfolio } from '../../projections/queries/subject.ts';
import { subjectTimeseries } from '../../projections/queries/timeseries.ts';
import type { KnownAt } from '../../projections/queries/reading.ts';
import { dateArgument, knownAtArgument, readContext } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions, Session } from '../context.ts';
import { badInput } from '../failure.ts';
import { chart } from '../output/chart.ts';
import { periodTable, riskTable } from '../output/periods.ts';
import { valueOf } from '../reading.ts';

interface Options extends GlobalOptions {
  readonly periods?: string;
  readonly from?: string;
  readonly to?: string;
  readonly date?: string;
  readonly basis: Basis;
  readonly taxes: TaxTreatment;
  readonly flowTiming: keyof typeof FLOW_TIMINGS;
  readonly knownAt?: KnownAt;
  readonly chart: boolean;
  readonly risk?: boolean;
  readonly benchmark?: string;
  readonly riskFree?: string;
}

const EXAMPLES = `
Examples:
  $ chronofolio performance PORT_001
  $ chronofolio performance PORT_001 --periods YTD,2024,2024-Q1,SI --basis gross
  $ chronofolio performance PORT_001 --benchmark security:SEC_AAPL --risk-free 0.02
  $ chronofolio performance PORT_001 --from 2020-03-01 --to 2021-02-28 --no-chart`;

/** More days than any series has: the CLI reads it whole. */
export const ALL_ROWS = 1_000_000;

function accepted<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw badInput(parsed.errors.map(({ field, message }) => `${field} ${message}`).join('; '));
}

function periodsOf(options: Options): readonly NamedPeriod[] {
  const custom = options.from !== undefined || options.to !== undefined;
  const named = options.periods ?? (custom ? undefined : STANDARD_PERIODS.join(','));
  return [
    ...(named === undefined ? [] : accepted(parsePeriods(named))),
    ...(custom ? [accepted(parseCustomPeriod(options.from, options.to))] : []),
  ];
}

/** A portfolio's returns over periods. */
export function performanceCommand(context: CliContext): Command {
  return new Command('performance')
    .summary('what a portfolio returned')
    .description('Shows time-weighted and money-weighted returns of a portfolio, with a chart of its index.')
    .argument('<portfolio>', 'portfolio id')
    .option('--periods <list>', `by commas, such as ${STANDARD_PERIODS.join(',')} or 2024,2024-Q1,2024-03`)
    .option('--from <date>', 'first day of a period of your own', dateArgument)
    .option('--to <date>', 'last day of it', dateArgument)
    .option('--date <date>', 'the last day that counts; the last complete one unless given', dateArgument)
    .addOption(new Option('--basis <basis>', 'gross adds fees back').choices(['net', 'gross']).default('net'))
    .addOption(
      new Option('--taxes <treatment>', 'before adds taxes back')
        .choices(['after', 'before'])
        .default('after'),
    )
    .addOption(
      new Option('--flow-timing <timing>', 'when flows count within their day')
        .choices(Object.keys(FLOW_TIMINGS))
        .default('default'),
    )
    .option('--known-at <when>', 'as it was known then: a log position or an instant', knownAtArgument)
    .option('--risk', 'with volatility, Sharpe ratio and drawdown')
    .option('--benchmark <ref>', 'beside a benchmark: its id, security:<id> or series:<id>')
    .option('--risk-free <rate>', 'what money earns without risk: a fraction per year, or series:<id>')
    .option('--no-chart', 'without the chart of the index')
    .addHelpText('after', EXAMPLES)
    .action(async (portfolioId: string, _options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const periods = periodsOf(options);
      await withApp(context, options, async (session) => {
        const query = {
          periods,
          ...(options.date === undefined ? {} : { date: options.date }),
          options: {
            basis: options.basis,
            taxes: options.taxes,
            flowTiming: FLOW_TIMINGS[options.flowTiming],
          },
          ...riskOf(options),
        };
        const { reader } = session.app.queries;
        const report = valueOf(
          await subjectPerformance(reader, ofPortfolio(portfolioId), query, readContext(options)),
        );
        const index =
          session.json || !options.chart ? '' : await indexChart(session, portfolioId, report, options);
        session.result(report, () => reportText(portfolioId, report, index));
      });
    });
}

function reportText(portfolioId: string, report: PerformanceReport, index: string): string {
  if (report.date === null) return `${portfolioId} has no complete day yet.`;
  const { basis, taxes, flow_timing: timing } = report.conventions;
  const title = `${portfolioId}, in ${report.currency}, through ${report.date} (${basis} of fees, ${taxes} taxes, flows ${timing})`;
  const risk = report.conventions.risk ? ['', riskTitle(report), '', riskTable(report.periods)] : [];
  return [title, '', periodTable(report.periods), ...risk, ...(index === '' ? [] : ['', index])].join('\n');
}

function riskTitle({ benchmark, risk_free: riskFree }: PerformanceReport): string {
  const beside = benchmark ? `, beside ${benchmark.name ?? benchmark.id}` : '';
  const over = riskFree ? `, over ${riskFree.name ?? riskFree.id} a year` : '';
  return `Risk of business-day returns, annualised${over}${beside}; VaR of one day at 95 %:`;
}

/** Asked for by itself, or by what it is compared with. */
function riskOf({ risk, benchmark, riskFree }: Options) {
  if (risk !== true && benchmark === undefined && riskFree === undefined) return {};
  return {
    risk: { frequency: 'daily' as const, confidence: 0.95 },
    comparison: {
      ...(benchmark === undefined ? {} : { benchmark }),
      ...(riskFree === undefined ? {} : { riskFree }),
    },
  };
}

/** The index from the earliest to the latest day of the report's periods. */
async function indexChart(
  session: Session,
  portfolioId: string,
  report: PerformanceReport,
  options: Options,
): Promise<string> {
  const days = report.periods.filter((period) => period.end_market_value !== null);
  if (days.length === 0) return '';
  const from = days.map((period) => period.from).sort()[0]!;
  const to = days
    .map((period) => period.to)
    .sort()
    .at(-1)!;
  return portfolioChart(
    session,
    portfolioId,
    { from, to, ...readContext(options) },
    {
      basis: options.basis,
      taxes: options.taxes,
      flowTiming: FLOW_TIMINGS[options.flowTiming],
    },
  );
}

/** The growth of 1 over a range of days, as a chart. */
export async function portfolioChart(
  { app, terminal }: Pick<Session, 'app' | 'terminal'>,
  portfolioId: string,
  range: { readonly from?: string; readonly to?: string; readonly knownAt?: KnownAt },
  options: {
    readonly basis: Basis;
    readonly taxes: TaxTreatment;
    readonly flowTiming: (typeof FLOW_TIMINGS)[keyof typeof FLOW_TIMINGS];
  },
): Promise<string> {
  const { knownAt, ...days } = range;
  const query = { ...days, frequency: 'daily', options } as const;
  const reading = await subjectTimeseries(
    app.queries.reader,
    ofPortfolio(portfolioId),
    query,
    { limit: ALL_ROWS },
    knownAt === undefined ? {} : { knownAt },
  );
  const rows = valueOf(reading).rows.filter((row) => row.index !== null);
  const drawn = chart(
    rows.map((row) => Number(row.index)),
    {
      width: Math.min(terminal.width, 100),
      ...(rows[0] === undefined ? {} : { from: rows[0].date }),
      to: rows.at(-1)?.date ?? '',
    },
  );
  return drawn === '' ? '' : `Growth of 1, flow-neutral:\n${drawn}`;
}
