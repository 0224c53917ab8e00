import { Command } from 'commander';
import type { KnownAt } from '../../projections/queries/reading.ts';
import type { RebuildScope } from '../../projections/rebuild/runs.ts';
import { rebuildView } from '../../projections/rebuild/view.ts';
import { dateArgument, integerArgument, knownAtArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { badInput } from '../failure.ts';
import { rebuildLine, rebuildsTable } from '../output/rebuild.ts';
import { operatorOf } from '../rebuilds/operator.ts';
import { exitOfRun, followRun, namedRun } from '../rebuilds/follow.ts';
import { approveNow, dryRunNow, rebuildNow } from '../rebuilds/run.ts';

interface Options extends GlobalOptions {
  readonly all?: boolean;
  readonly portfolio?: string;
  readonly security?: string;
  readonly from?: string;
  readonly knownAt?: KnownAt;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly maxImpactBps?: number;
  readonly retainHours?: number;
  /** `true` without an id. */
  readonly approve?: string | true;
  readonly cancel?: string | true;
  readonly watch?: string | true;
  readonly list?: boolean;
}

const EXAMPLES = `
--all replays the log into the idle generation beside the one readers see, brings it level, verifies it,
compares both, and flips; readers never see it half made. When published figures change it asks first: on
a terminal at once, otherwise it exits with 4 and waits for --approve. --yes does not ask, --max-impact-bps
asks only when a return changes by more. The former generation stays level for GENERATION_RETENTION_HOURS
(--retain-hours), during which "chronofolio rollback" goes back to it.

A rebuild of everything that was stopped, by Ctrl-C or kill -9, is on record: --all goes on with it where
it was, --cancel drops it. Without --all the keys named are folded again where they are, and rows that come
out differently get a new epoch; whoever projects finishes that when this process is stopped.

--known-at fills the idle generation with the books as they were known then. It is never shown to readers.

Examples:
  $ chronofolio rebuild --all --dry-run
  $ chronofolio rebuild --all --max-impact-bps 1
  $ chronofolio rebuild --portfolio PORT_001 --from 2024-01-01
  $ chronofolio rebuild --security SEC_NORVANE
  $ chronofolio rebuild --all --known-at 2025-03-31
  $ chronofolio rebuild --watch`;

/** Makes the read model again from the log. */
export function rebuildCommand(context: CliContext): Command {
  return new Command('rebuild')
    .summary('make the read model again from the log')
    .description('Replays the log: all of it into a new generation, or the keys of a portfolio or security.')
    .option('--all', 'everything')
    .option('--portfolio <id>', "this portfolio's keys")
    .option('--security <id>', "this security's keys")
    .option('--from <date>', 'from this day on', dateArgument)
    .option(
      '--known-at <moment>',
      'with --all: only what was known at this position or instant',
      knownAtArgument,
    )
    .option('--dry-run', 'only tell what would change; nothing is written')
    .option('--yes', 'show it to readers without asking')
    .option(
      '--max-impact-bps <n>',
      'show it without asking when no return changes by more',
      integerArgument('--max-impact-bps', 0),
    )
    .option('--retain-hours <h>', 'keep the former generation so long', integerArgument('--retain-hours', 0))
    .option('--approve [id]', 'show what was rebuilt and waits')
    .option('--cancel [id]', 'stop one that runs, or drop one that waits or was interrupted')
    .option('--watch [id]', 'follow one of another process')
    .option('--list', 'the rebuilds there were')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      checked(options);
      await withApp(context, options, async (session) => {
        const { app, progress, stop, result } = session;
        const { runs } = app.projections;
        const who = operatorOf(context.env);
        if (options.list) {
          const listed = await runs.list(50);
          result({ rebuilds: listed.map(rebuildView) }, () =>
            listed.length === 0 ? 'There was no rebuild yet.' : rebuildsTable(listed),
          );
          return;
        }
        if (options.watch !== undefined) {
          const run = await followRun(runs, await namedRun(runs, idOf(options.watch)), progress, stop);
          result(rebuildView(run), () => rebuildLine(run));
          return exitOfRun(run);
        }
        if (options.cancel !== undefined) {
          const { rebuildId } = await namedRun(runs, idOf(options.cancel));
          const run = await app.projections.cancel(rebuildId);
          result(run ? rebuildView(run) : null, () =>
            run ? rebuildLine(run) : `there is no rebuild ${rebuildId}`,
          );
          return;
        }
        const retained = options.retainHours === undefined ? {} : { retainHours: options.retainHours };
        if (options.approve !== undefined) {
          const id = idOf(options.approve);
          const named = id === undefined ? undefined : (await namedRun(runs, id)).rebuildId;
          return approveNow(session, named, { who, ...retained });
        }
        const scope = await scopeOf(options, (at) => app.queries.reader.resolve(at));
        if (options.dryRun) return dryRunNow(session, scope);
        const approval = {
          flip: options.yes ? ('always' as const) : ('ask' as const),
          ...(options.maxImpactBps === undefined ? {} : { maxImpactBps: options.maxImpactBps }),
        };
        return rebuildNow(session, { scope, approval, who, ...retained });
      });
    });
}

function idOf(option: string | true): string | undefined {
  return option === true ? undefined : option;
}

async function scopeOf(
  { all, portfolio, security, from, knownAt }: Options,
  resolve: (at: KnownAt) => Promise<number>,
): Promise<RebuildScope> {
  return {
    ...(all ? { all } : {}),
    ...(portfolio === undefined ? {} : { portfolioId: portfolio }),
    ...(security === undefined ? {} : { securityId: security }),
    ...(from === undefined ? {} : { from }),
    ...(knownAt === undefined ? {} : { knownAt: await resolve(knownAt) }),
  };
}

/** Throws for options that do not go together, before anything is opened. */
function checked(options: Options): void {
  const { all, portfolio, security, from } = options;
  const narrowed = portfolio !== undefined || security !== undefined || from !== undefined;
  const modes = (['list', 'watch', 'cancel', 'approve'] as const).filter(
    (mode) => options[mode] !== undefined,
  );
  if (modes.length > 1) throw badInput(`--${modes[0]} and --${modes[1]} are two commands`);
  if (modes.length === 1) {
    if (all || narrowed)
      throw badInput(`--${modes[0]} is about a rebuild there is; leave out what to rebuild`);
    return;
  }
  if (all && narrowed)
    throw badInput('--all makes everything again; leave out --portfolio, --security and --from');
  if (!all && !narrowed) throw badInput('say what to rebuild: --all, --portfolio, --security or --from');
  if (!all && !options.dryRun)
    for (const name of ['knownAt', 'maxImpactBps', 'retainHours'] as const)
      if (options[name] !== undefined)
        throw badInput(`${FLAGS[name]} is for --all; what is named is folded again where it is`);
}

const FLAGS = { knownAt: '--known-at', maxImpactBps: '--max-impact-bps', retainHours: '--retain-hours' };
