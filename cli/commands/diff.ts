import { Command } from 'commander';
import { drawDiff } from '../../api/pictures/diff.ts';
import { decimal } from '../../domain/decimal.ts';
import { integerArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { badInput } from '../failure.ts';
import { diffLines, diffText, portfolioDiffLines, portfolioDiffText } from '../output/diff.ts';
import { formatOption, printResult, svgOption, writePicture } from '../output/formats.ts';
import type { FormatOptions } from '../output/formats.ts';

interface Options extends GlobalOptions, FormatOptions {
  readonly materiality?: number;
  readonly most: number;
  readonly rows: number;
}

const EXAMPLES = `
Compares the generation that readers see with the other one: what a rebuild that waits for approval would
change, or what the last flip has changed. Published days only; the day that is still open may change anyway.

Examples:
  $ chronofolio diff
  $ chronofolio diff PORT_001 --rows 10
  $ chronofolio diff PORT_001 --svg before-and-after.svg
  $ chronofolio diff --format csv > changes.csv`;

/** What differs between the two generations. */
export function diffCommand(context: CliContext): Command {
  return new Command('diff')
    .summary('what differs between the two generations')
    .description(
      'Compares the two generations: which figures differ, on which days, and by how many basis points.',
    )
    .argument('[portfolio]', 'portfolio id: this one in detail')
    .option(
      '--materiality <bps>',
      'basis points that count (MATERIALITY_BPS)',
      integerArgument('--materiality', 0),
    )
    .option('--most <n>', 'name at most so many portfolios', integerArgument('--most', 1), 100)
    .option('--rows <n>', 'show so many rows of each key', integerArgument('--rows', 0), 3)
    .addOption(formatOption())
    .addOption(svgOption('both histories of the portfolio and their difference'))
    .addHelpText('after', EXAMPLES)
    .action(async (portfolioId: string | undefined, _options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.svg !== undefined && portfolioId === undefined)
        throw badInput('a picture is of one portfolio: name it');
      await withApp(context, options, async (session) => {
        const { app, config, progress } = session;
        const { report, days } = await app.projections.diff({
          materiality: decimal(options.materiality ?? config.projection.materialityBps),
          mostPortfolios: options.most,
          rowsOfKey: options.rows,
          onProgress: progress.show,
          ...(portfolioId === undefined ? {} : { portfolioId }),
        });
        progress.stop();
        const one = portfolioId !== undefined;
        if (one && report.compared.portfolios === 0) throw badInput(`there is no portfolio ${portfolioId}`);
        printResult(session, options, {
          value: report,
          text: () => (one ? portfolioDiffText(report) : diffText(report)),
          lines: () => (one ? portfolioDiffLines(report) : diffLines(report)),
        });
        if (one) await writePicture(session, options.svg, () => drawDiff(portfolioId, report, days));
      });
    });
}
