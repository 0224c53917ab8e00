import { Command } from 'commander';
import { dateArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { badInput } from '../failure.ts';
import { count, counted, seconds } from '../output/format.ts';

interface Options extends GlobalOptions {
  readonly all?: boolean;
  readonly portfolio?: string;
  readonly security?: string;
  readonly from?: string;
}

const EXAMPLES = `
--all replays the log into the idle generation beside the one readers see, and flips when it has caught
up; readers never see it half made. Otherwise the keys named are folded again, and rows that come out
differently get a new epoch.

Examples:
  $ chronofolio rebuild --all
  $ chronofolio rebuild --portfolio PORT_001 --from 2024-01-01
  $ chronofolio rebuild --security SEC_NORVANE`;

/** Makes the read model again from the log. */
export function rebuildCommand(context: CliContext): Command {
  return new Command('rebuild')
    .summary('make the read model again from the log')
    .description('Replays the log: all of it into a new generation, or the keys of a portfolio or security.')
    .option('--all', 'everything')
    .option('--portfolio <id>', "this portfolio's keys")
    .option('--security <id>', "this security's keys")
    .option('--from <date>', 'from this day on', dateArgument)
    .addHelpText('after', EXAMPLES)
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { all, portfolio, security, from } = options;
      const narrowed = portfolio !== undefined || security !== undefined || from !== undefined;
      if (all && narrowed)
        throw badInput('--all makes everything again; leave out --portfolio, --security and --from');
      if (!all && !narrowed) throw badInput('say what to rebuild: --all, --portfolio, --security or --from');
      const scope = {
        ...(all ? { all } : {}),
        ...(portfolio === undefined ? {} : { portfolioId: portfolio }),
        ...(security === undefined ? {} : { securityId: security }),
        ...(from === undefined ? {} : { from }),
      };
      await withApp(context, options, async ({ app, progress, result }) => {
        const done = await app.projections.rebuild(scope, progress.show);
        progress.stop();
        result(done, () =>
          [
            `Rebuilt ${counted(done.keys, 'key')} (${counted(done.rows, 'row')}) in ${seconds(done.seconds)}: ${count(done.rowsPerSecond)} rows/s.`,
            `Readers see generation ${done.slot}.`,
          ].join('\n'),
        );
      });
    });
}
