import { Command } from 'commander';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';

const EXAMPLES = `
Serves until SIGINT or SIGTERM: requests in hand are answered, then the database is left.

Examples:
  $ chronofolio serve
  $ PORT=9000 HOST=0.0.0.0 chronofolio serve
  $ curl 'localhost:8080/v1/portfolios/PORT_001/performance?periods=YTD,SI'`;

/** Resolves when the process is asked to stop. */
function asked(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The server: HTTP, and the projections beside it. */
export function serveCommand(context: CliContext): Command {
  return new Command('serve')
    .summary('serve the HTTP API and keep the projections going')
    .description('Serves the HTTP API (its pages are at /docs) and projects what comes in.')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: GlobalOptions, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await withApp(
        context,
        options,
        async ({ app, terminal, stop }) => {
          app.projections.start();
          const listening = await app.listen();
          const { server, embedded } = app.database;
          terminal.note(
            `${embedded ? 'embedded ' : ''}${server}; listening on ${listening.url}, pages at ${listening.url}/docs`,
          );
          await asked(stop);
          terminal.note('stopping');
          await listening.close();
          await app.projections.stop();
        },
        'serve',
      );
    });
}
