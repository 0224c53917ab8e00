import { Command } from 'commander';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';

const EXAMPLES = `
Every start migrates, under a lock; this command does nothing else. Migrations only go forward: a
database that a newer version has migrated is refused.

Examples:
  $ chronofolio migrate
  $ DATABASE_URL=postgresql://me@db/books chronofolio migrate --json`;

/** Brings the database up to this version and leaves. */
export function migrateCommand(context: CliContext): Command {
  return new Command('migrate')
    .summary('bring the database up to this version')
    .description('Applies the migrations that are missing and says which.')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: GlobalOptions, command: Command) => {
      await withApp(context, command.optsWithGlobals<GlobalOptions>(), async ({ app, result }) => {
        const { applied, schemaVersion: version, server } = app.database;
        result({ server, version, applied }, () =>
          applied.length === 0
            ? `${server}: the schema is at version ${version}, nothing to do.`
            : `${server}: applied ${applied.join(', ')}; the schema is at version ${version}.`,
        );
      });
    });
}
