import { Command } from 'commander';
import { integerArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CliFailure } from '../failure.ts';
import { count, seconds } from '../output/format.ts';
import { changesText, momentText } from '../output/rebuild.ts';
import { operatorOf } from '../rebuilds/operator.ts';

interface Options extends GlobalOptions {
  readonly yes?: boolean;
  readonly retainHours?: number;
}

const EXAMPLES = `
Goes back to the generation that readers saw before the last rebuild or rollback, as long as it is retained
(see "chronofolio generations"). It is brought level with the log first, so that nothing that was appended
since is missing, and readers' positions and epochs never go back. What readers see now is retained in its
place: another rollback goes back to it.

Asks first. Where nobody is there to answer it needs --yes.

Examples:
  $ chronofolio rollback
  $ chronofolio rollback --yes --retain-hours 72`;

/** Back to the former generation. */
export function rollbackCommand(context: CliContext): Command {
  return new Command('rollback')
    .summary('show readers the former generation again')
    .description('Flips back to the generation that readers saw before the last flip.')
    .option('--yes', 'without asking')
    .option('--retain-hours <h>', 'keep what is left so long', integerArgument('--retain-hours', 0))
    .addHelpText('after', EXAMPLES)
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await withApp(context, options, async ({ app, progress, result, terminal, stop }) => {
        const { ask } = terminal;
        const done = await app.projections.rollback(
          {
            who: operatorOf(context.env),
            ...(options.retainHours === undefined ? {} : { retainHours: options.retainHours }),
            ...(options.yes
              ? {}
              : {
                  confirm: async ({ from, to, retainedSince, changed }) => {
                    progress.stop();
                    terminal.note(`\n${changesText(changed)}\n`);
                    if (ask === undefined)
                      throw new CliFailure(
                        EXIT.approval,
                        'nobody is there to be asked: say --yes to roll back',
                      );
                    return ask(
                      `Show readers ${to} (left at ${momentText(retainedSince)}) instead of ${from}?`,
                      stop,
                    );
                  },
                }),
          },
          progress.show,
        );
        progress.stop();
        result(done, () =>
          done.status === 'declined'
            ? `Readers still see generation ${done.from}.`
            : [
                `Readers see generation ${done.to} at position ${count(done.position)}, after ${seconds(done.seconds)}; nothing new was projected for ${count(done.heldMs ?? 0)} ms.`,
                `Generation ${done.from} is retained: "chronofolio rollback" goes back to it.`,
              ].join('\n'),
        );
        return done.status === 'declined' ? EXIT.approval : EXIT.ok;
      });
    });
}
