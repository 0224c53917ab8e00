import { Command } from 'commander';
import type { PortfolioSummary } from '../../projections/queries/portfolios.ts';
import type { ProjectionStatus } from '../../projections/service.ts';
import type { DatabaseFacts } from '../app.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { count, counted } from '../output/format.ts';
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
        const portfolios = await allPortfolios(app);
        const database = { server, embedded, schema_version: schemaVersion, timescale };
        result({ database, projections: statusJson(status), portfolios }, () =>
          [statusText(app.database, status), ...portfoliosText(portfolios)].join('\n'),
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
    quarantined_keys: status.quarantinedKeys,
    pending_transactions: status.pendingTransactions,
    incomplete_days: status.incompleteDays,
    cost_discrepancies: status.costDiscrepancies,
    fold_version: status.foldVersion,
    row_versions: status.rowVersions,
  };
}

function statusText(database: DatabaseFacts, status: ProjectionStatus): string {
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
    ['log head', count(status.head)],
    ['projected', count(status.position)],
    ['lag', lag],
    ['dirty keys', count(status.dirtyKeys)],
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
