import { Command } from 'commander';
import { decimal } from '../../domain/decimal.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../domain/returns/model.ts';
import type { KnownAt } from '../../projections/queries/reading.ts';
import { restated } from '../../projections/queries/restatements.ts';
import type { RestatementQuery } from '../../projections/queries/restatements.ts';
import { integerArgument, knownAtArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { badInput } from '../failure.ts';
import { restatementLines } from '../../api/reads/restatement-lines.ts';
import { namesOf } from '../../api/reply/columns.ts';
import { drawRestatement } from '../../api/pictures/restatement.ts';
import { formatOption, printResult, svgOption, writePicture } from '../output/formats.ts';
import type { FormatOptions } from '../output/formats.ts';
import { restatementText } from '../output/restatement.ts';
import { valueOf } from '../reading.ts';

interface Options extends GlobalOptions, FormatOptions {
  readonly fromEpoch?: number;
  readonly toEpoch?: number;
  readonly knownFrom?: KnownAt;
  readonly knownTo?: KnownAt;
  readonly materiality?: number;
  readonly days: number;
  readonly positions?: boolean;
}

const EXAMPLES = `
Examples:
  $ chronofolio restatements PORT_001                          the latest epoch against the one before
  $ chronofolio restatements PORT_001 --from-epoch 0 --days 40
  $ chronofolio restatements PORT_001 --known-from 2025-06-30 --known-to 2025-12-31 --json
  $ chronofolio restatements PORT_001 --known-from 4711 --positions --format csv
  $ chronofolio restatements PORT_001 --svg restated.svg`;

/** What changed in the past, and what it did to the returns. */
export function restatementsCommand(context: CliContext): Command {
  return new Command('restatements')
    .summary('what changed in the past, in values and basis points')
    .description(
      'Compares two epochs of a portfolio, or what was known at two moments: day by day with the events behind it, and the return of each period.',
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
    .option('--positions', 'with each day the positions that differ; between two moments of knowledge only')
    .addOption(formatOption())
    .addOption(svgOption('both histories and their difference'))
    .addHelpText('after', EXAMPLES)
    .action(async (portfolioId: string, _options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const compare = sides(options);
      const positions = options.positions ?? false;
      if (positions && compare.by === 'epoch') throw badInput('--positions needs --known-from');
      await withApp(context, options, async (session) => {
        const { app, config } = session;
        const materiality = decimal(options.materiality ?? config.projection.materialityBps);
        const query = { compare, materiality, options: DEFAULT_RETURN_OPTIONS, positions };
        const found = valueOf(await restated(app.queries, portfolioId, query));
        const { report } = found;
        printResult(session, options, {
          value: report,
          text: () => restatementText(report, options.days),
          lines: () => {
            const { columns, rows } = restatementLines(report, positions);
            return { columns: namesOf(columns), rows };
          },
        });
        await writePicture(session, options.svg, () => drawRestatement(found));
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
