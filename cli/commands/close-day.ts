import { Command } from 'commander';
import { rawItems } from '../../commands/handler/types.ts';
import { dateArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CliFailure, badInput } from '../failure.ts';

const EXAMPLES = `
Rows exist through the latest business date, which is open; the days before it are published, and a
change of theirs is a restatement.

Examples:
  $ chronofolio close-day 2026-01-02`;

/** Advances the business date. */
export function closeDayCommand(context: CliContext): Command {
  return new Command('close-day')
    .summary('advance the business date')
    .description('Makes a date the latest business date: it opens that day and publishes the ones before.')
    .argument('<date>', 'the new business date')
    .addHelpText('after', EXAMPLES)
    .action(async (text: string, _options: GlobalOptions, command: Command) => {
      const date = dateArgument(text);
      await withApp(context, command.optsWithGlobals<GlobalOptions>(), async (session) => {
        const { app, result, progress } = session;
        const done = await app.commands.run('business-dates', rawItems([{ date }]), { source: 'cli' });
        const outcome = done.results[0];
        if (!outcome) throw new CliFailure(EXIT.failure, 'the command was not answered');
        if (outcome.status === 'rejected') throw badInput(outcome.error?.message ?? `${date} was refused`);
        await app.projections.catchUp(progress.show);
        progress.stop();
        const { position } = await app.projections.status();
        result({ date, status: outcome.status, position }, () =>
          outcome.status === 'duplicate'
            ? `${date} is a business date already.`
            : `${date} is the latest business date; everything is projected (position ${position}).`,
        );
      });
    });
}
