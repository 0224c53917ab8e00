import { Command, Option } from 'commander';
import { SERVE_ROLES } from '../app.ts';
import type { ServeRole } from '../app.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { timescaleText } from '../output/timescale.ts';

const EXAMPLES = `
Roles, any number of processes of each on one database:
  all          everything, on PORT (8080)
  api          commands, reads and rebuilds over HTTP, on PORT (8080)
  positions    transactions, portfolios and securities from Kafka; folds what trades change (8081)
  timeseries   folds what prices, rates and new days change; aggregation over Kafka (8085)
  market-data  prices, rates and business dates from Kafka (REST_API_PORT, 3001; metrics also on 9091)
Every one serves /health/live, /health/ready, /health and /metrics. An api alone projects nothing: it needs
positions and timeseries beside it.

Serves until SIGINT or SIGTERM: what is in hand is finished, then the database is left.

Examples:
  $ chronofolio serve
  $ PORT=9000 HOST=0.0.0.0 chronofolio serve
  $ KAFKA_BROKERS=localhost:9092 chronofolio serve --role positions
  $ curl 'localhost:8080/v1/portfolios/PORT_001/performance?periods=YTD,SI'`;

interface ServeOptions extends GlobalOptions {
  readonly role: ServeRole;
}

/** Resolves when the process is asked to stop. */
function asked(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The server: HTTP, the projections beside it, and Kafka where it is configured. */
export function serveCommand(context: CliContext): Command {
  return new Command('serve')
    .summary('serve the HTTP API and keep the projections going')
    .description('Serves the HTTP API (its pages are at /docs) and projects what comes in.')
    .addOption(new Option('--role <role>', 'what this process does').choices([...SERVE_ROLES]).default('all'))
    .addHelpText('after', EXAMPLES)
    .action(async (_options: ServeOptions, command: Command) => {
      const options = command.optsWithGlobals<ServeOptions>();
      await withApp(
        context,
        options,
        async ({ app, terminal, stop }) => {
          const listening = await app.serve();
          const { server, embedded } = app.database;
          terminal.note(`TimescaleDB: ${timescaleText(app.database)}`);
          const pages =
            options.role === 'all' || options.role === 'api' ? `, pages at ${listening.url}/docs` : '';
          terminal.note(
            `${embedded ? 'embedded ' : ''}${server}; ${options.role} listening on ${listening.url}${pages}`,
          );
          await asked(stop);
          terminal.note('stopping');
          await listening.close();
        },
        options.role,
      );
    });
}
