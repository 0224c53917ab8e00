import { Command, Option } from 'commander';
import { planImport } from '../../commands/import/plan.ts';
import { sourcesFrom } from '../../commands/import/sources.ts';
import type { ImportOptions, ImportPlan, ImportReport } from '../../commands/import/types.ts';
import { IMPORT_COMMANDS } from '../../commands/import/kinds.ts';
import type { ImportCommand } from '../../commands/import/kinds.ts';
import { dateArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions, Session } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { badInput } from '../failure.ts';
import { importProgress } from '../output/import-progress.ts';
import { importText, problemsText } from '../output/import-report.ts';

interface Options extends GlobalOptions {
  readonly skipInvalid?: boolean;
  readonly dryRun?: boolean;
  readonly kind?: ImportCommand;
  readonly funding: boolean;
  readonly businessDate: NonNullable<ImportOptions['advanceBusinessDate']>;
}

const EXAMPLES = `
Files are CSV, NDJSON or JSON; what a row is, is told by the names of its fields, which are those of the
HTTP bodies. Ghostfolio's activities export is recognised. Everything is read before anything is
written: a file with bad rows is not imported, and each bad row is listed as file:line column rule.

Examples:
  $ chronofolio import portfolios.csv securities.csv transactions.csv prices.csv
  $ chronofolio import ./export --dry-run
  $ chronofolio import trades.csv --skip-invalid
  $ chronofolio import closes.csv --kind prices --business-date 2025-12-31
  $ chronofolio import portfolios:p.csv prices:closes.csv      the kind of each file before a colon
  $ chronofolio import ghostfolio-export.json --no-funding`;

function businessDate(text: string): Options['businessDate'] {
  return text === 'latest' || text === 'none' ? text : { date: dateArgument(text) };
}

/** Files into the log. */
export function importCommand(context: CliContext): Command {
  return new Command('import')
    .summary('bring files into the log')
    .description('Imports files, or all files of a directory, in one transaction, and projects them.')
    .argument('<path...>', 'files and directories')
    .option('--skip-invalid', 'import the good rows of files that have bad ones')
    .option('--dry-run', 'read and check everything, write nothing')
    .addOption(new Option('--kind <kind>', 'what the rows of every file are').choices(IMPORT_COMMANDS))
    .option('--no-funding', 'Ghostfolio: do not pay for purchases by deposits')
    .option(
      '--business-date <date>',
      'advance to this date; latest (of the data) or none',
      businessDate,
      'latest',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], _options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { kind } = options;
      const found = await sourcesFrom(paths);
      if (found.length === 0) throw badInput(`${paths.join(', ')} holds no file to import`);
      const sources = kind === undefined ? found : found.map((source) => ({ ...source, command: kind }));
      await withApp(context, options, async (session) => {
        const { app, progress } = session;
        const plan = await planImport(sources, {
          log: app.log,
          clock: app.now,
          metadata: { source: 'import' },
          skipInvalid: options.skipInvalid === true,
          funding: options.funding,
          advanceBusinessDate: options.businessDate,
          onProgress: importProgress(progress),
        });
        return options.dryRun === true ? rehearse(session, plan) : carryOut(session, plan);
      });
    });
}

function rehearse({ progress, result, terminal }: Session, plan: ImportPlan): ExitCode {
  progress.stop();
  const { problems, problemCount, events } = plan;
  if (problemCount > 0) terminal.note(problemsText(problems, problemCount));
  result({ dry_run: true, events, problem_count: problemCount, problems }, () =>
    problemCount === 0 ? `Nothing wrong; up to ${events} events would be appended.` : 'Nothing was written.',
  );
  return problemCount === 0 ? EXIT.ok : EXIT.usage;
}

async function carryOut(session: Session, plan: ImportPlan): Promise<ExitCode> {
  const { app, progress, result, terminal } = session;
  const report = await plan.apply();
  progress.stop();
  if (report.problemCount > 0) terminal.note(problemsText(report.problems, report.problemCount));
  if (report.committed) {
    await app.projections.catchUp(progress.show);
    progress.stop();
  }
  result(reportJson(report), () => importText(report));
  return report.committed ? EXIT.ok : EXIT.usage;
}

function reportJson(report: ImportReport): object {
  return {
    committed: report.committed,
    events_appended: report.eventsAppended,
    position: report.position,
    counts: report.counts,
    problem_count: report.problemCount,
    problems: report.problems,
  };
}
