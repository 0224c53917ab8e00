import { Command } from 'commander';
import { positionsOn } from '../../projections/queries/positions.ts';
import { ofPortfolio } from '../../projections/queries/subject.ts';
import type { Positions } from '../../projections/queries/positions.ts';
import type { KnownAt } from '../../projections/queries/reading.ts';
import { dateArgument, knownAtArgument, readContext } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { figure, quantity, share } from '../output/format.ts';
import { table } from '../output/table.ts';
import { valueOf } from '../reading.ts';

interface Options extends GlobalOptions {
  readonly date?: string;
  readonly knownAt?: KnownAt;
}

const EXAMPLES = `
Examples:
  $ chronofolio positions PORT_001
  $ chronofolio positions PORT_001 --date 2024-12-31
  $ chronofolio positions PORT_001 --date 2024-12-31 --known-at 1200 --json`;

/** What a portfolio holds at the close of a day. */
export function positionsCommand(context: CliContext): Command {
  return new Command('positions')
    .summary('what a portfolio holds')
    .description('Lists the open positions of a portfolio at the close of a day, by default the latest one.')
    .argument('<portfolio>', 'portfolio id')
    .option('--date <date>', 'the day', dateArgument)
    .option('--known-at <when>', 'as it was known then: a log position or an instant', knownAtArgument)
    .addHelpText('after', EXAMPLES)
    .action(async (portfolioId: string, _options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await withApp(context, options, async ({ app, result }) => {
        const query = options.date === undefined ? {} : { date: options.date };
        const reading = await positionsOn(
          app.queries.reader,
          ofPortfolio(portfolioId),
          query,
          readContext(options),
        );
        const positions = valueOf(reading);
        result(positions, () => positionsText(positions));
      });
    });
}

export function positionsText(positions: Positions): string {
  const { currency, date, complete_through: complete } = positions;
  if (date === null) return `${positions.portfolio_id} has no day yet.`;
  const title = `${positions.portfolio_id} at the close of ${date}, in ${currency} (complete through ${complete ?? 'no day yet'})`;
  if (positions.positions.length === 0) return `${title}\nNothing is held.`;
  const rows = positions.positions.map((row) => [
    row.security_id,
    quantity(row.quantity),
    `${quantity(row.market_price)} ${row.currency}`,
    row.valuation_status === 'PRICED' ? '' : `${row.valuation_status} ${row.price_date ?? ''}`.trim(),
    figure(row.cost_basis),
    figure(row.market_value),
    figure(row.unrealized_gain),
    figure(row.realized_gain),
    share(row.weight),
  ]);
  const drawn = table(
    [
      { title: 'security' },
      { title: 'quantity', align: 'right' },
      { title: 'price', align: 'right' },
      { title: '' },
      { title: 'cost', align: 'right' },
      { title: 'value', align: 'right' },
      { title: 'unrealised', align: 'right' },
      { title: 'realised', align: 'right' },
      { title: 'weight', align: 'right' },
    ],
    rows,
  );
  return `${title}\n\n${drawn}`;
}
