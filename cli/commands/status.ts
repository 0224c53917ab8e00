import { Command } from 'commander';
import type { PortfolioSummary } from '../../projections/queries/portfolios.ts';
import type { ProjectionStatus } from '../../projections/service.ts';
import type { IdleGeneration, RebuildRun } from '../../projections/rebuild/runs.ts';
import { rebuildView } from '../../projections/rebuild/view.ts';
import type { App, DatabaseFacts } from '../app.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { count, counted } from '../output/format.ts';
import { momentText, rebuildLine } from '../output/rebuild.ts';
import { facts, table } from '../output/table.ts';
import { timescaleText } from '../output/timescale.ts';
import { allPortfolios } from '../portfolios.ts';

const EXAMPLES = `
Examples:
  $ chronofolio status
  $ chronofolio status --json`;

/** Where everything stands. */
export function statusCommand(context: CliContext): Command {
  return new Command('status')
    .summary('the database, the log, the projections and the portfolios')
    .description('Shows what database is used, how far the readers are behind the log, and every portfolio.')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: GlobalOptions, command: Command) => {
      await withApp(context, command.optsWithGlobals<GlobalOptions>(), async ({ app, result }) => {
        const { server, embedded, schemaVersion, timescale } = app.database;
        const status = await app.projections.status();
        const operations = await operationsOf(app);
        const portfolios = await allPortfolios(app);
        const database = { server, embedded, schema_version: schemaVersion, timescale };
        result({ database, projections: statusJson(status), ...operationsJson(operations), portfolios }, () =>
          [statusText(app.database, status, operations), ...portfoliosText(portfolios)].join('\n'),
        );
      });
    });
}

function statusJson(status: ProjectionStatus): object {
  return {
    slot: status.slot,
    head: status.head,
    position: status.position,
    lag_events: status.lagEvents,
    lag_seconds: status.lagSeconds,
    dirty_keys: status.dirtyKeys,
    queue: status.queue.map(({ cause, portfolios, keys, oldestSeconds }) => ({
      cause,
      portfolios,
      keys,
      oldest_seconds: oldestSeconds,
    })),
    quarantined_keys: status.quarantinedKeys,
    pending_transactions: status.pendingTransactions,
    incomplete_days: status.incompleteDays,
    cost_discrepancies: status.costDiscrepancies,
    fold_version: status.foldVersion,
    row_versions: status.rowVersions,
  };
}

interface OperationsNow {
  /** The one of a new generation that is not over. */
  readonly open: RebuildRun | undefined;
  readonly idle: IdleGeneration;
}

async function operationsOf({ projections }: App): Promise<OperationsNow> {
  return { open: await projections.runs.open(), idle: await projections.idle() };
}

function operationsJson({ open, idle }: OperationsNow): object {
  return {
    rebuild: open ? rebuildView(open) : null,
    idle_generation: {
      state: idle.state,
      known_at: idle.knownAt,
      rebuild_id: idle.rebuildId,
      fold_version: idle.foldVersion,
      since: idle.since,
      retained_until: idle.retainedUntil,
    },
  };
}

function operationsText({ open, idle }: OperationsNow): (readonly [string, string])[] {
  const waits =
    idle.knownAt === null ? 'a rebuild that waits' : `what was known at position ${count(idle.knownAt)}`;
  const until = idle.retainedUntil === null ? '' : ` until ${momentText(idle.retainedUntil)}`;
  const held = {
    empty: 'empty',
    building: 'a rebuild in the making',
    built: waits,
    retained: `the former one, retained${until}: chronofolio rollback goes back to it`,
  }[idle.state];
  return [
    ['idle generation', held],
    ...(open === undefined ? [] : [['rebuild', rebuildLine(open)] as const]),
  ];
}

/** What waits, by cause; nothing where nothing does. */
function queueText({ queue }: ProjectionStatus): (readonly [string, string])[] {
  return queue.map(({ cause, portfolios, keys, oldestSeconds }) => [
    `  ${cause.replace('_', ' ')}`,
    `${counted(keys, 'key')} of ${counted(portfolios, 'portfolio')}, for ${oldestSeconds.toFixed(1)} s`,
  ]);
}

function statusText(database: DatabaseFacts, status: ProjectionStatus, operations: OperationsNow): string {
  const stale = status.rowVersions.some((version) => version !== status.foldVersion);
  const lag =
    status.lagEvents === 0
      ? 'none: readers see everything'
      : `${counted(status.lagEvents, 'event')}, ${status.lagSeconds.toFixed(1)} s`;
  return facts([
    [
      'database',
      `${database.server}${database.embedded ? ', embedded' : ''}, schema ${database.schemaVersion}`,
    ],
    ['TimescaleDB', timescaleText(database)],
    ['generation', status.slot],
    ...operationsText(operations),
    ['log head', count(status.head)],
    ['projected', count(status.position)],
    ['lag', lag],
    ['dirty keys', count(status.dirtyKeys)],
    ...queueText(status),
    ['quarantined keys', count(status.quarantinedKeys)],
    ['pending transactions', count(status.pendingTransactions)],
    ['cost discrepancies', count(status.costDiscrepancies)],
    [
      'fold version',
      stale
        ? `${status.foldVersion}; rows of ${status.rowVersions.join(', ')}: run chronofolio rebuild --all`
        : String(status.foldVersion),
    ],
  ]);
}

function portfoliosText(portfolios: readonly PortfolioSummary[]): string[] {
  if (portfolios.length === 0) return ['', 'No portfolio yet: try chronofolio demo.'];
  const drawn = table(
    [
      { title: 'portfolio' },
      { title: 'name' },
      { title: 'base' },
      { title: 'method' },
      { title: 'status' },
      { title: 'epoch', align: 'right' },
      { title: 'first day' },
      { title: 'complete through' },
      { title: 'open day' },
      { title: 'blocked days', align: 'right' },
    ],
    portfolios.map((row) => [
      row.portfolio_id,
      row.name ?? '',
      row.base_currency,
      row.cost_basis_method,
      row.status,
      String(row.epoch),
      row.first_date ?? '–',
      row.complete_through ?? '–',
      row.latest_date ?? '–',
      String(row.blocked_days.length),
    ]),
  );
  const blocked = portfolios.flatMap((row) =>
    row.blocked_days
      .slice(0, 3)
      .map((day) => `${row.portfolio_id} waits at ${day.date}: ${day.reason} ${day.security_id}`),
  );
  return ['', drawn, ...(blocked.length > 0 ? ['', ...blocked] : [])];
}
