import { Command } from 'commander';
import { createIngest } from '../../projections/market/ingest.ts';
import { createGapFiller } from '../../projections/market/ingest-gaps.ts';
import type { IngestCounts } from '../../projections/market/ingest-counters.ts';
import type { Providers } from '../../projections/market/provider.ts';
import { integerArgument } from '../arguments.ts';
import { configOf } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { badInput } from '../failure.ts';
import { durationArgument } from '../feed/arguments.ts';
import type { FeedTools, OpenBackfill } from '../feed/tools.ts';
import { count } from '../output/format.ts';
import { jsonText } from '../output/json.ts';
import { table } from '../output/table.ts';
import { sinkOf } from './feed.ts';

interface Options extends GlobalOptions {
  readonly provider?: string;
  readonly to: string;
  readonly gapFill: boolean;
  readonly queue: number;
  readonly reportEvery: number;
}

const EXAMPLES = `
Runs until it is stopped by Ctrl-C or SIGTERM, publishes what it has in hand, and ends with code 0. It
connects again by itself whenever a provider is lost; bars that were missed meanwhile are then asked of
the provider that has them.

Examples:
  $ PROVIDERS_FILE=providers.json chronofolio ingest
  $ chronofolio ingest --provider acme,other --report-every 10s
  $ chronofolio ingest --provider acme --to http://localhost:8080`;

/** Live prices of providers, to the topic that they are read from. */
export function ingestCommand(context: CliContext): Command {
  return new Command('ingest')
    .summary('publish the live prices of providers')
    .description('Connects to providers of live prices, checks their ticks and publishes them.')
    .option('--provider <names>', 'providers of PROVIDERS_FILE, separated by commas; all unless given')
    .option('--to <target>', 'kafka, or the URL of a server or of what takes NDJSON', 'kafka')
    .option(
      '--queue <n>',
      'ticks that may wait to be published; then the oldest give way',
      integerArgument('--queue', 1),
      20_000,
    )
    .option('--no-gap-fill', 'leave the bars that were missed to backfill')
    .option(
      '--report-every <time>',
      'how often to log the counts',
      durationArgument('--report-every'),
      60_000,
    )
    .addHelpText('after', EXAMPLES)
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { feeds } = configOf(context, options);
      const providers = feeds.providers();
      if (!providers) throw badInput('PROVIDERS_FILE must name a file of providers');
      const names = namesOf(options.provider, providers);
      const counts = await ingest(context, options, { feeds, providers, names });
      context.terminal.out(options.json ? jsonText(counts) : countsText(counts));
    });
}

function namesOf(given: string | undefined, { live }: Providers): readonly string[] {
  if (given === undefined) {
    if (live.length === 0) throw badInput('the file of providers has none of live prices');
    return live;
  }
  const names = [...new Set(given.split(',').map((name) => name.trim()))];
  const unknown = names.find((name) => !live.includes(name));
  if (unknown !== undefined)
    throw badInput(
      `there is no provider of live prices called "${unknown}"; there are ${live.join(', ') || 'none'}`,
    );
  return names;
}

interface Parts {
  readonly feeds: FeedTools;
  readonly providers: Providers;
  readonly names: readonly string[];
}

async function ingest(
  { stop, terminal }: CliContext,
  { to, gapFill, queue, reportEvery }: Options,
  { feeds, providers, names }: Parts,
): Promise<Readonly<Record<string, IngestCounts>>> {
  const sources = names.map((name) => providers.source(name));
  const sink = sinkOf(feeds, to);
  let opened: Promise<OpenBackfill> | undefined;
  const fillGap = createGapFiller({
    backfill: async () => {
      opened ??= feeds.openBackfill();
      try {
        return (await opened).backfill;
      } catch (error) {
        opened = undefined;
        throw error;
      }
    },
    provider(name) {
      const filler = providers.gapFiller(name);
      return filler === undefined ? undefined : providers.bars(filler);
    },
  });
  const measured = await feeds.measureIngest();
  if (measured.url !== undefined) terminal.note(`metrics at ${measured.url}`);
  try {
    const running = createIngest({
      observer: measured.observer,
      sources,
      sink,
      now: () => Date.now(),
      logger: feeds.logger(),
      queueLimit: queue,
      reportEveryMs: reportEvery,
      ...(gapFill ? { fillGap } : {}),
    });
    return await running.run(stop);
  } finally {
    await sink.close();
    await measured.close();
    await opened?.then(({ close }) => close()).catch(() => undefined);
  }
}

function countsText(counts: Readonly<Record<string, IngestCounts>>): string {
  const titles = [
    'messages',
    'unreadable',
    'ticks',
    'rejected',
    'dropped',
    'published',
    'reconnects',
  ] as const;
  return table(
    [{ title: 'provider' }, ...titles.map((title) => ({ title, align: 'right' as const }))],
    Object.entries(counts).map(([name, each]) => [name, ...titles.map((title) => count(each[title]))]),
  );
}
