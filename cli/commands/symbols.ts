import { Command } from 'commander';
import { parseSymbol } from '../../domain/market/symbol.ts';
import type { SymbolFacts } from '../../projections/market/bars.ts';
import { integerArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { badInput, CliFailure } from '../failure.ts';
import { counted } from '../output/format.ts';
import { table } from '../output/table.ts';

const EXAMPLES = `
The exchange of a symbol says when its trading days begin and end. Another one makes the daily bars anew,
as far back as bars of five minutes are kept.

Examples:
  $ chronofolio symbols
  $ chronofolio symbols list --after MSFT --limit 50
  $ chronofolio symbols set AAPL --exchange XNAS
  $ chronofolio symbols set EURUSD --exchange FX`;

/** What prices were ever received of, and whose calendar their bars follow. */
export function symbolsCommand(context: CliContext): Command {
  return new Command('symbols')
    .summary('the symbols of market data, and their exchanges')
    .description('Lists the symbols that prices were received of, and says whose calendar they follow.')
    .addHelpText('after', EXAMPLES)
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(setCommand(context));
}

interface ListOptions extends GlobalOptions {
  readonly after?: string;
  readonly limit: number;
}

function listCommand(context: CliContext): Command {
  return new Command('list')
    .description('Lists symbols in alphabetical order.')
    .option('--after <symbol>', 'those that follow this one')
    .option('--limit <n>', 'at most so many', integerArgument('--limit', 1), 1_000)
    .action(async (_options: ListOptions, command: Command) => {
      const { after, limit, ...globals } = command.optsWithGlobals<ListOptions>();
      await withApp(context, globals, async ({ app, result }) => {
        const symbols = await app.symbols.list({
          limit,
          ...(after === undefined ? {} : { after: symbolOf(after) }),
        });
        result({ symbols: symbols.map(withInstants) }, () => listText(symbols));
      });
    });
}

const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

function withInstants({ symbol, exchange, ...times }: SymbolFacts) {
  return {
    symbol,
    exchange,
    ...Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, instant(ms)])),
  };
}

function listText(symbols: readonly SymbolFacts[]): string {
  if (symbols.length === 0) return 'There are no symbols: no price was received yet.';
  const minute = (ms: number | null) => (ms === null ? '–' : new Date(ms).toISOString().slice(0, 16));
  const date = (ms: number | null) => (ms === null ? '–' : new Date(ms).toISOString().slice(0, 10));
  return table(
    [
      ...[{ title: 'symbol' }, { title: 'exchange' }, { title: 'newest tick (UTC)' }],
      ...[{ title: 'five minutes from' }, { title: 'to' }, { title: 'days from' }, { title: 'to' }],
    ],
    symbols.map((facts) => [
      facts.symbol,
      facts.exchange,
      minute(facts.newest_tick),
      minute(facts.first_intraday),
      minute(facts.last_intraday),
      date(facts.first_daily),
      date(facts.last_daily),
    ]),
  );
}

interface SetOptions extends GlobalOptions {
  readonly exchange: string;
}

function setCommand(context: CliContext): Command {
  return new Command('set')
    .description('Lets the bars of a symbol follow the calendar of an exchange.')
    .argument('<symbol>', 'such as AAPL')
    .requiredOption('--exchange <id>', 'such as XNAS, FX or 24x7')
    .action(async (text: string, _options: SetOptions, command: Command) => {
      const { exchange, ...globals } = command.optsWithGlobals<SetOptions>();
      const symbol = symbolOf(text);
      await withApp(context, globals, async ({ app, result }) => {
        const change = await app.symbols.setExchange(symbol, exchange);
        switch (change.status) {
          case 'unknown_symbol':
            throw new CliFailure(EXIT.failure, `there is no symbol ${symbol}`);
          case 'unknown_exchange':
            throw badInput(`--exchange must be one of ${change.exchanges.join(', ')}`);
          case 'unchanged':
            result({ symbol, exchange, changed: false }, () => `${symbol} is of ${exchange} already.`);
            return;
          case 'changed':
            result(
              { symbol, exchange, changed: true, from: change.from, daily_bars: change.dailyBars },
              () =>
                `${symbol} is now of ${exchange}, before it was of ${change.from}. ` +
                `${counted(change.dailyBars, 'daily bar')} made anew; their indicators follow.`,
            );
        }
      });
    });
}

function symbolOf(text: string): string {
  const parsed = parseSymbol(text);
  if (!parsed) throw badInput(`${JSON.stringify(text)} is not a symbol`);
  return parsed.symbol;
}
