import { Command } from 'commander';
import { decimal } from '../../domain/decimal.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../domain/returns/model.ts';
import type { KnownAt } from '../../projections/queries/reading.ts';
import { restatement } from '../../projections/queries/restatements.ts';
import type { RestatementQuery } from '../../projections/queries/restatements.ts';
import { integerArgument, knownAtArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { badInput } from '../failure.ts';
import { restatementText } from '../output/restatement.ts';
import { valueOf } from '../reading.ts';

interface Options extends GlobalOptions {
  readonly fromEpoch?: number;
  readonly toEpoch?: number;
  readonly knownFrom?: KnownAt;
  readonly knownTo?: KnownAt;
  readonly materiality?: number;
  readonly days: number;
}

const EXAMPLES = `
Examples:
  $ chronofolio restatements PORT_001                          the latest epoch against the one before
  $ chronofolio restatements PORT_001 --from-epoch 0 --days 40
  $ chronofolio restatements PORT_001 --known-from 2025-06-30 --known-to 2025-12-31 --json`;

/** What changed in the past, and what it did to the returns. */
export function restatementsCommand(context: CliContext): Command {
  return new Command('restatements')
    .summary('what changed in the past, in values and basis points')
    .description(
      'Compares two epochs of a portfolio, or what was known at two moments: day by day, and the return of each period.',
    )
    .argument('<portfolio>', 'portfolio id')
    .option(
      '--from-epoch <n>',
      'the epoch before; the last but one unless given',
      integerArgument('--from-epoch', 0),
    )
    .option(
      '--to-epoch <n>',
      'the epoch after; the current one unless given',
      integerArgument('--to-epoch', 0),
    )
    .option('--known-from <when>', 'a log position or an instant', knownAtArgument)
    .option('--known-to <when>', 'a log position or an instant; now unless given', knownAtArgument)
    .option(
      '--materiality <bps>',
      'basis points that count (MATERIALITY_BPS)',
      integerArgument('--materiality', 0),
    )
    .option('--days <n>', 'show at most so many days', integerArgument('--days', 0), 20)
    .addHelpText('after', EXAMPLES)
    .action(async (portfolioId: string, _options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const compare = sides(options);
      await withApp(context, options, async ({ app, config, result }) => {
        const materiality = decimal(options.materiality ?? config.projection.materialityBps);
        const query = { compare, materiality, options: DEFAULT_RETURN_OPTIONS };
        const report = valueOf(await restatement(app.queries.reader, portfolioId, query));
        result(report, () => restatementText(report, options.days));
      });
    });
}

function sides(options: Options): RestatementQuery['compare'] {
  const { fromEpoch: from, toEpoch: to, knownFrom, knownTo } = options;
  if (knownFrom === undefined) {
    if (knownTo !== undefined) throw badInput('--known-to needs --known-from');
    return { by: 'epoch', ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  }
  if (from !== undefined || to !== undefined)
    throw badInput('compare epochs or moments of knowledge, not both');
  return { by: 'knowledge', from: knownFrom, ...(knownTo === undefined ? {} : { to: knownTo }) };
}
