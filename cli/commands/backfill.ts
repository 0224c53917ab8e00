import { Command, Option } from 'commander';
import { day, isoDate } from '../../domain/dates.ts';
import { parseSymbol } from '../../domain/market/symbol.ts';
import type {
  Backfill,
  BackfillCounts,
  BackfillPlan,
  BackfillRequest,
} from '../../projections/market/backfill.ts';
import { ROUND_THE_CLOCK } from '../../projections/market/ingest-gaps.ts';
import { BAR_INTERVALS, DAY_MS } from '../../projections/market/provider.ts';
import type { BarFault, BarInterval, BarProvider } from '../../projections/market/provider.ts';
import { dateArgument } from '../arguments.ts';
import { configOf } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { badInput, describeFailure } from '../failure.ts';
import type { FeedTools } from '../feed/tools.ts';
import { backfillText, holesText } from '../output/backfill.ts';
import { jsonText } from '../output/json.ts';
import { progressDisplay } from '../output/progress.ts';
import { exitCodeOf } from '../signals.ts';

interface Options extends GlobalOptions {
  readonly symbol: string;
  readonly from: string;
  readonly to?: string;
  readonly interval: BarInterval;
  readonly provider?: string;
  readonly file?: string;
  readonly exchange?: string;
  readonly again?: boolean;
  readonly dryRun?: boolean;
}

const EXAMPLES = `
Holes are found by the calendar of the symbol's exchange: trading days without a bar, or windows of five
minutes of its sessions. Only they are asked for, and what was there stays as it is. A run that was
stopped is taken up again by running it once more.

Examples:
  $ chronofolio backfill --symbol AAPL.O --from 2020-01-01 --provider acme
  $ chronofolio backfill --symbol AAPL,MSFT --exchange XNAS --from 2025-01-01 --file closes.csv
  $ chronofolio backfill --symbol AAPL --from 2025-11-03 --interval 5min --provider acme --dry-run`;

/** Fills holes in bars from whoever has them. */
export function backfillCommand(context: CliContext): Command {
  return new Command('backfill')
    .summary('fill holes in the bars of symbols from a provider')
    .description('Asks a provider for the bars that are missing, and for nothing else.')
    .requiredOption('--symbol <symbols>', 'symbols, separated by commas')
    .requiredOption('--from <date>', 'the first day', dateArgument)
    .option('--to <date>', 'the last day; today unless given', dateArgument)
    .addOption(new Option('--interval <interval>', 'which bars').choices([...BAR_INTERVALS]).default('1day'))
    .option('--provider <name>', 'a provider of PROVIDERS_FILE')
    .option('--file <path>', 'a file of bars instead: CSV, JSON or NDJSON')
    .option('--exchange <id>', 'the exchange of symbols that are not known yet, such as XNAS')
    .option('--again', 'ask also for what the provider had nothing for before')
    .option('--dry-run', 'list the holes, ask and write nothing')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { feeds } = configOf(context, options);
      const provider = providerOf(feeds, options);
      const requests = requestsOf(options, Date.now());
      const { backfill, exchanges, close } = await feeds.openBackfill();
      try {
        if (options.exchange !== undefined && !exchanges.includes(options.exchange))
          throw badInput(`--exchange must be one of ${exchanges.join(', ')}`);
        await work(context, options, { backfill, provider, requests });
      } finally {
        await close();
      }
    });
}

function providerOf(feeds: FeedTools, { provider: name, file }: Options): BarProvider {
  if (file !== undefined) {
    if (name !== undefined) throw badInput('--provider and --file are two sources: name one');
    return feeds.fileProvider(file);
  }
  const providers = feeds.providers();
  if (!providers) throw badInput('name a --file, or set PROVIDERS_FILE to a file of providers');
  const [only, ...others] = providers.ofBars;
  if (name === undefined && (only === undefined || others.length > 0))
    throw badInput(
      `name a --provider: ${providers.ofBars.join(', ') || 'the file has none that gives bars'}`,
    );
  return providers.bars(name ?? only ?? '');
}

/** @param now Unix milliseconds */
function requestsOf(
  { symbol, from, to, interval, exchange, again }: Options,
  now: number,
): BackfillRequest[] {
  const last = to === undefined ? Math.floor(now / DAY_MS) : day(to);
  if (day(from) > last) throw badInput(`--from ${from} is after --to ${isoDate(last)}`);
  const codes = symbol.split(',').map((code) => code.trim());
  const requests = new Map<string, BackfillRequest>();
  for (const code of codes) {
    const parsed = parseSymbol(code);
    if (!parsed) throw badInput(`${JSON.stringify(code)} is not a symbol`);
    requests.set(parsed.symbol, {
      symbol: parsed.symbol,
      exchange: exchange ?? parsed.exchange ?? ROUND_THE_CLOCK,
      interval,
      from: day(from),
      to: last,
      again: again === true,
    });
  }
  return [...requests.values()];
}

interface Work {
  readonly backfill: Backfill;
  readonly provider: BarProvider;
  readonly requests: readonly BackfillRequest[];
}

/** What became of one symbol. */
export interface BackfillOutcome extends BackfillCounts {
  readonly plan: BackfillPlan;
  readonly error?: string;
}

const FAULTS_SHOWN = 20;
const NOTHING: BackfillCounts = { requests: 0, inserted: 0, absent: 0, bad: 0, outside: 0 };

async function work(context: CliContext, options: Options, parts: Work): Promise<void> {
  const { terminal, stop } = context;
  const { backfill, provider, requests } = parts;
  const plans: BackfillPlan[] = [];
  for (const request of requests) plans.push(await backfill.plan(request, provider));
  const differing = plans.find(({ exchange }) => exchange !== options.exchange);
  if (options.exchange !== undefined && differing)
    throw badInput(`${differing.request.symbol} is known as of ${differing.exchange}: leave out --exchange`);
  if (options.dryRun === true) {
    terminal.out(options.json ? jsonText(holesJson(plans)) : holesText(plans));
    return;
  }
  const progress = progressDisplay(terminal);
  const total = plans.reduce((sum, { holes }) => sum + holes, 0);
  const faults: BarFault[] = [];
  const outcomes: BackfillOutcome[] = [];
  let [asked, stored] = [0, 0];
  for (const plan of plans) {
    if (stop.aborted) break;
    let here = { done: 0, inserted: 0 };
    const run = backfill.run(plan, {
      provider,
      signal: stop,
      onFault(fault) {
        if (faults.length < FAULTS_SHOWN) faults.push(fault);
      },
      onProgress(done, _of, inserted) {
        here = { done, inserted };
        progress.show({ phase: 'backfill', done: asked + done, total, rows: stored + inserted });
      },
    });
    try {
      outcomes.push({ plan, ...(await run) });
    } catch (error) {
      // The next symbol may fare better; what came before is stored.
      outcomes.push({ plan, ...NOTHING, inserted: here.inserted, error: describeFailure(error).line });
      if (options.debug) terminal.note(String(error instanceof Error ? error.stack : error));
    }
    asked += plan.holes;
    stored += here.inserted;
  }
  progress.stop();
  for (const { where, rule } of faults) terminal.note(`${where}: ${rule}`);
  const bad = outcomes.reduce((sum, outcome) => sum + outcome.bad, 0);
  if (bad > faults.length) terminal.note(`… and ${bad - faults.length} more`);
  terminal.out(options.json ? jsonText(outcomesJson(outcomes)) : backfillText(outcomes));
  if (stop.aborted) context.exit = exitCodeOf(stop);
  else if (outcomes.some(({ error }) => error !== undefined)) context.exit = EXIT.failure;
}

function holesJson(plans: readonly BackfillPlan[]): object {
  return {
    dry_run: true,
    symbols: plans.map(({ request, exchange, expected, present, holes, knownAbsent, gaps }) => ({
      symbol: request.symbol,
      exchange,
      interval: request.interval,
      expected,
      present,
      holes,
      known_absent: knownAbsent,
      ranges: gaps.map((range) => ({
        from: new Date(range.from).toISOString(),
        to: new Date(range.to).toISOString(),
        holes: range.holes,
      })),
    })),
  };
}

function outcomesJson(outcomes: readonly BackfillOutcome[]): object {
  return {
    symbols: outcomes.map(({ plan, requests, inserted, absent, bad, outside, error }) => ({
      symbol: plan.request.symbol,
      exchange: plan.exchange,
      interval: plan.request.interval,
      expected: plan.expected,
      present: plan.present,
      holes: plan.holes,
      known_absent: plan.knownAbsent,
      requests,
      inserted,
      absent,
      bad,
      outside,
      ...(error === undefined ? {} : { error }),
    })),
  };
}
