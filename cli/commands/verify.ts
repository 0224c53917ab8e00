import { Command } from 'commander';
import type { Difference, VerifyReport } from '../../projections/verify/verify.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { count, counted } from '../output/format.ts';

interface Options extends GlobalOptions {
  readonly portfolio?: string;
}

const MOST_SHOWN = 50;

const EXAMPLES = `
Exit code 1 when a stored row differs from what the log says. The checksum is that of all figures:
equal for equal figures, whatever their epochs.

Examples:
  $ chronofolio verify
  $ chronofolio verify --portfolio PORT_001 --json`;

/** Replays the log and compares. */
export function verifyCommand(context: CliContext): Command {
  return new Command('verify')
    .summary('compare the read model with a replay of the log')
    .description('Replays the log in memory and compares every stored row, naming those that differ.')
    .option('--portfolio <id>', "this portfolio's keys only")
    .addHelpText('after', EXAMPLES)
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const scope = options.portfolio === undefined ? {} : { portfolioId: options.portfolio };
      await withApp(context, options, async ({ app, progress, result }) => {
        await app.projections.catchUp(progress.show);
        const report = await app.projections.verify(scope, progress.show);
        progress.stop();
        result(report, () => reportText(report));
        return report.ok ? EXIT.ok : EXIT.failure;
      });
    });
}

function differenceText(difference: Difference): string {
  const { portfolio_id: portfolio, security_id: security, date, transaction_id: transaction } = difference;
  const place = [portfolio, security, date, transaction].filter((part) => part !== undefined).join(' ');
  const row = (text: string | null): string =>
    text === null ? '(no row)' : text.trim().replaceAll('\t', ' ');
  return [
    `${place}, ${difference.table}`,
    `  stored    ${row(difference.stored)}`,
    `  replayed  ${row(difference.replayed)}`,
  ].join('\n');
}

function reportText(report: VerifyReport): string {
  const { keys, rows, position, checksum, skipped, differences } = report;
  const waiting =
    skipped.length === 0 ? '' : ` Left out, because work on them is waiting: ${skipped.join(', ')}.`;
  const checked = `${counted(keys, 'key')} with ${counted(rows, 'row')} compared with a replay of the log up to position ${count(position)}`;
  if (report.ok) return `${checked}: no difference, checksum ${checksum}.${waiting}`;
  const rest = differences.length - MOST_SHOWN;
  return [
    `${checked}: ${counted(differences.length, 'difference')}, the first ones of each key.${waiting}`,
    '',
    ...differences.slice(0, MOST_SHOWN).map(differenceText),
    ...(rest > 0 ? [`… and ${counted(rest, 'more', 'more')}`] : []),
  ].join('\n');
}
