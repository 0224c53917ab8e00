import { Command } from 'commander';
import { epochs } from '../../projections/queries/epochs.ts';
import type { EpochView } from '../../projections/queries/epochs.ts';
import { integerArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { count } from '../output/format.ts';
import { table } from '../output/table.ts';
import { valueOf } from '../reading.ts';

interface Options extends GlobalOptions {
  readonly security?: string;
  readonly portfolioOnly?: boolean;
  readonly after?: number;
  readonly limit: number;
}

const EXAMPLES = `
Examples:
  $ chronofolio epochs PORT_001
  $ chronofolio epochs PORT_001 --security SEC_NORVANE
  $ chronofolio epochs PORT_001 --portfolio-only --json`;

/** The audit of restatements. */
export function epochsCommand(context: CliContext): Command {
  return new Command('epochs')
    .summary('which restatements there were')
    .description('Lists the restatements of a portfolio and its positions in the order readers saw them.')
    .argument('<portfolio>', 'portfolio id')
    .option('--security <id>', "one position's only")
    .option('--portfolio-only', "the portfolio's own only")
    .option('--after <id>', 'go on after this epoch_id', integerArgument('--after', 0))
    .option('--limit <n>', 'at most so many', integerArgument('--limit', 1), 100)
    .addHelpText('after', EXAMPLES)
    .action(async (portfolioId: string, _options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const filter =
        options.security !== undefined
          ? { securityId: options.security }
          : options.portfolioOnly
            ? { securityId: null }
            : {};
      await withApp(context, options, async ({ app, result }) => {
        const page = {
          limit: options.limit,
          ...(options.after === undefined ? {} : { after: options.after }),
        };
        const found = valueOf(await epochs(app.queries.reader, portfolioId, filter, page));
        result(found, () =>
          found.rows.length === 0
            ? `${portfolioId}: nothing was restated yet.`
            : [
                epochTable(found.rows),
                ...(found.next === undefined ? [] : [`More: --after ${found.next}`]),
              ].join('\n'),
        );
      });
    });
}

/** One line for each restatement. */
export function epochTable(rows: readonly EpochView[]): string {
  return table(
    [
      { title: 'key' },
      { title: 'epoch', align: 'right' },
      { title: 'cause' },
      { title: 'event', align: 'right' },
      { title: 'from' },
      { title: 'through' },
      { title: 'rows', align: 'right' },
      { title: 'flipped' },
      { title: 'who' },
    ],
    rows.map((row) => [
      row.security_id ?? 'portfolio',
      String(row.epoch),
      row.cause,
      row.cause_position === null ? '' : count(row.cause_position),
      row.from_date,
      row.through_date,
      count(row.rows),
      row.flipped_at.slice(0, 19).replace('T', ' '),
      row.who,
    ]),
  );
}
