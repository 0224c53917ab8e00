import { Command } from 'commander';
import { parseSymbol } from '../../domain/market/symbol.ts';
import type { TickSink } from '../../projections/market/ingest-sink.ts';
import { integerArgument } from '../arguments.ts';
import { configOf } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { badInput } from '../failure.ts';
import { durationArgument, numberArgument } from '../feed/arguments.ts';
import { runFeed } from '../feed/run.ts';
import type { FeedReport } from '../feed/run.ts';
import { generatedTicks, replayedTicks } from '../feed/ticks.ts';
import type { FeedTools } from '../feed/tools.ts';
import { count, counted, seconds } from '../output/format.ts';
import { jsonText } from '../output/json.ts';
import { progressDisplay } from '../output/progress.ts';

interface Options extends GlobalOptions {
  readonly symbols?: string;
  readonly rate?: number;
  readonly count?: number;
  readonly duration?: number;
  readonly file?: string;
  readonly speed: number;
  readonly now?: boolean;
  readonly to: string;
  readonly seed: number;
}

const EXAMPLES = `
Without a file prices are invented: random walks, the same for the same seed. A file is CSV with the
columns ric or symbol, price, timestamp and, where there are, volume, bid and ask; it is replayed as fast
as its times say, times --speed, or at the --rate given. Ctrl-C ends it.

Examples:
  $ chronofolio feed --symbols AAPL.O,MSFT.O --rate 1000 --duration 10s
  $ chronofolio feed --symbols BTC-USD --rate 5 --to http://localhost:8080
  $ chronofolio feed --file ticks.csv --speed 10 --now`;

const DEFAULT_RATE = 100;

/** Ticks to try things out with. */
export function feedCommand(context: CliContext): Command {
  return new Command('feed')
    .summary('invent ticks, or replay them from a file')
    .description('Sends ticks to Kafka, or to an HTTP interface that takes them.')
    .option('--symbols <symbols>', 'symbols, separated by commas; of a file only these')
    .option('--rate <n>', `ticks a second; ${DEFAULT_RATE} unless given`, numberArgument('--rate'))
    .option('--count <n>', 'so many ticks', integerArgument('--count', 1))
    .option('--duration <time>', 'for so long, such as 10s or 5m', durationArgument('--duration'))
    .option('--file <path>', 'replay the ticks of this file')
    .option('--speed <factor>', 'with --file: times the speed of its times', numberArgument('--speed'), 1)
    .option('--now', 'with --file: give them the times of now')
    .option('--to <target>', 'kafka, or the URL of a server or of what takes NDJSON', 'kafka')
    .option('--seed <n>', 'of the invented prices', integerArgument('--seed', 0), 1)
    .addHelpText('after', EXAMPLES)
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const codes = symbolsOf(options);
      const { feeds } = configOf(context, options);
      const sink = sinkOf(feeds, options.to);
      try {
        await feed(context, options, { feeds, sink, codes });
      } finally {
        await sink.close();
      }
    });
}

/** Kafka, or an address. Also where `ingest` publishes. */
export function sinkOf(feeds: FeedTools, to: string): TickSink {
  if (to === 'kafka') {
    const sink = feeds.kafkaSink();
    if (!sink) throw badInput('Kafka is off: KAFKA_BROKERS is not set; --to http://… sends elsewhere');
    return sink;
  }
  if (!/^https?:\/\//.test(to) || !URL.canParse(to))
    throw badInput(`--to must be kafka or a URL, not "${to}"`);
  return feeds.httpSink(to);
}

function symbolsOf({ symbols, file }: Options): string[] {
  if (symbols === undefined) {
    if (file === undefined) throw badInput('name --symbols, or a --file of ticks');
    return [];
  }
  const codes = symbols.split(',').map((code) => code.trim());
  const bad = codes.find((code) => !parseSymbol(code));
  if (bad !== undefined) throw badInput(`${JSON.stringify(bad)} is not a symbol`);
  return codes.map((code) => code.toUpperCase());
}

interface Parts {
  readonly feeds: FeedTools;
  readonly sink: TickSink;
  readonly codes: readonly string[];
}

const FAULTS_SHOWN = 20;

async function feed(context: CliContext, options: Options, { feeds, sink, codes }: Parts): Promise<void> {
  const { terminal, stop } = context;
  const limits = { count: options.count ?? Infinity, durationMs: options.duration ?? Infinity };
  let bad = 0;
  const ticks =
    options.file === undefined
      ? generatedTicks({
          codes,
          seed: options.seed,
          rate: options.rate ?? DEFAULT_RATE,
          ...limits,
          now: Date.now,
        })
      : replayedTicks({
          file: feeds.tickFile(options.file),
          speed: options.speed,
          rate: options.rate,
          ...limits,
          shift: options.now === true,
          startedAt: Date.now(),
          codes:
            codes.length === 0 ? undefined : new Set(codes.map((code) => parseSymbol(code)?.symbol ?? code)),
          onFault(where, rule) {
            bad += 1;
            if (bad <= FAULTS_SHOWN) terminal.note(`${where}: ${rule}`);
          },
        });
  const progress = progressDisplay(terminal);
  let last: FeedReport = { sent: 0, refused: 0, elapsedMs: 0 };
  try {
    last = await runFeed({
      ticks,
      sink,
      stop,
      clock: () => performance.now(),
      onProgress(sent, elapsedMs) {
        last = { ...last, sent, elapsedMs };
        progress.show({ phase: 'feed', done: sent, total: options.count ?? 0 });
      },
    });
  } catch (error) {
    progress.stop();
    terminal.note(`${counted(last.sent, 'tick')} sent before that`);
    throw error;
  }
  progress.stop();
  const { sent, refused, elapsedMs } = last;
  const rate = elapsedMs === 0 ? 0 : (sent * 1000) / elapsedMs;
  const summary = { target: sink.target, sent, refused, bad_lines: bad, seconds: elapsedMs / 1000, rate };
  terminal.out(options.json ? jsonText(summary) : summaryText(summary));
}

function summaryText(summary: {
  readonly target: string;
  readonly sent: number;
  readonly refused: number;
  readonly bad_lines: number;
  readonly seconds: number;
  readonly rate: number;
}): string {
  const { target, sent, refused, bad_lines: bad, seconds: took, rate } = summary;
  const refusals = refused === 0 ? '' : `, of which ${count(refused)} were not taken`;
  const faults = bad === 0 ? '' : `; ${counted(bad, 'line')} held no tick`;
  return `${counted(sent, 'tick')} sent to ${target} in ${seconds(took)}, ${count(rate)} a second${refusals}${faults}.`;
}
