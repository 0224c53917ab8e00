import { Command } from 'commander';
import { tryInstant } from '../../domain/dates.ts';
import type { Instant } from '../../domain/dates.ts';
import type { PruneResult } from '../../projections/prune/prune.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions, Session } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { badInput, CliFailure } from '../failure.ts';
import { counted, seconds } from '../output/format.ts';
import { sizeText } from '../output/generations.ts';
import { operatorOf } from '../rebuilds/operator.ts';

interface Options extends GlobalOptions {
  readonly epochs?: boolean;
  readonly generation?: boolean;
  readonly keep: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const EXAMPLES = `
Without an option it lets go of what is past its time: the idle generation once its retention is over, and
rows that epochs replaced longer ago than --keep. --epochs does only the latter.

--generation empties the idle generation now, whatever it holds: a former generation that could still be
gone back to, a rebuild that waits for approval or was interrupted, the books as known at some time. What
readers see is never touched, nor is any current row. What an epoch showed before its rows were pruned can
still be had by time of knowledge (restatements --known-from), for which the log is enough.

An interrupted prune is gone on with by the next one. The space of deleted rows is used again by new ones;
that of a generation is given back at once.

Examples:
  $ chronofolio prune --dry-run
  $ chronofolio prune --epochs --keep 1y
  $ chronofolio prune --generation --yes`;

const HOURS = { h: 1, d: 24, w: 168, y: 8_766 } as const;

/** A number of hours, days, weeks or years, in hours. */
function keepArgument(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,5})([hdwy])$/.exec(text) ?? [];
  if (unit !== 'h' && unit !== 'd' && unit !== 'w' && unit !== 'y')
    throw badInput(`--keep must be a time such as 36h, 90d, 12w or 1y, not "${text}"`);
  return Number(number) * HOURS[unit];
}

/** Lets go of what is kept no longer. */
export function pruneCommand(context: CliContext): Command {
  return new Command('prune')
    .summary('let go of generations and epochs past their time')
    .description('Empties an idle generation past retention and deletes rows that old epochs replaced.')
    .option('--epochs', 'only superseded rows')
    .option('--generation', 'only the idle generation, and now')
    .option('--keep <time>', 'keep rows replaced since then: 36h, 90d, 12w, 1y', keepArgument, 90 * 24)
    .option('--dry-run', 'only tell what would go')
    .option('--yes', 'without asking')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const both = options.epochs === options.generation;
      await withApp(context, options, async (session) => {
        const { app, progress, result } = session;
        if (options.generation && !options.dryRun && !options.yes && !(await confirmed(session)))
          return EXIT.approval;
        const done = await app.projections.prune(
          {
            who: operatorOf(context.env),
            dryRun: options.dryRun ?? false,
            ...(options.generation ? { generation: 'now' } : both ? { generation: 'expired' } : {}),
            ...(options.epochs || both ? { epochsBefore: before(app.now(), options.keep) } : {}),
          },
          progress.show,
        );
        progress.stop();
        result(done, () => pruneText(done));
        return EXIT.ok;
      });
    });
}

function before(now: Instant, hours: number): Instant {
  return tryInstant(new Date(Date.parse(now) - hours * 3_600_000).toISOString())!;
}

async function confirmed({ app, terminal, stop }: Session): Promise<boolean> {
  const { state } = await app.projections.idle();
  if (state === 'empty') return true;
  if (terminal.ask === undefined)
    throw new CliFailure(
      EXIT.approval,
      'nobody is there to be asked: say --yes to empty the idle generation',
    );
  return terminal.ask(`Empty the idle generation (${state})? It cannot be gone back to then.`, stop);
}

function pruneText({ dryRun, generation, epochs, seconds: took }: PruneResult): string {
  const lines: string[] = [];
  if (generation?.outcome === 'kept')
    lines.push(`Generation ${generation.slot} is left as it is: ${generation.reason ?? ''}.`);
  else if (generation)
    lines.push(
      `Generation ${generation.slot} (${generation.state}) ${dryRun ? 'would be emptied' : 'was emptied'}: about ${counted(generation.rows, 'row')}, ${sizeText(generation.bytes)}.`,
    );
  if (epochs) {
    const of = dryRun ? '' : ` of ${counted(epochs.keys, 'key')}`;
    lines.push(
      `${counted(epochs.rows, 'superseded row')}${of} ${dryRun ? 'would be' : epochs.rows === 1 ? 'was' : 'were'} deleted, replaced before ${epochs.before.slice(0, 16).replace('T', ' ')}: ${sizeText(epochs.bytes)}.`,
    );
  }
  return [...lines, `It took ${seconds(took)}.`].join('\n');
}
