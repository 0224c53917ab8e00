import { Command } from 'commander';
import { generationView } from '../../api/generations.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { count } from '../output/format.ts';
import { generationsTable } from '../output/generations.ts';
import { momentText } from '../output/rebuild.ts';
import { table } from '../output/table.ts';

const EXAMPLES = `
The read model exists twice. Readers see one; the other one holds nothing, a rebuild in the making, one
that waits for approval, the books as they were known at some time, or what readers saw before the last
flip, which "chronofolio rollback" goes back to.

Examples:
  $ chronofolio generations
  $ chronofolio generations --json`;

const FLIPS_SHOWN = 10;

/** What each generation holds. */
export function generationsCommand(context: CliContext): Command {
  return new Command('generations')
    .summary('what readers see, and what else is kept')
    .description('Shows what each generation of the read model holds, and the latest flips between them.')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: GlobalOptions, command: Command) => {
      await withApp(context, command.optsWithGlobals<GlobalOptions>(), async ({ app, result }) => {
        const overview = await app.projections.overview();
        const flips = await app.projections.flips(FLIPS_SHOWN);
        result({ generations: overview.map(generationView), flips }, () =>
          [
            generationsTable(overview),
            ...(flips.length === 0
              ? []
              : [
                  '',
                  table(
                    [
                      { title: 'flipped' },
                      { title: 'to' },
                      { title: 'cause' },
                      { title: 'position', align: 'right' },
                      { title: 'held, ms', align: 'right' },
                      { title: 'who' },
                    ],
                    flips.map((flip) => [
                      momentText(flip.flippedAt),
                      flip.to,
                      flip.cause,
                      count(flip.position),
                      count(flip.heldMs),
                      flip.who,
                    ]),
                  ),
                ]),
          ].join('\n'),
        );
      });
    });
}
