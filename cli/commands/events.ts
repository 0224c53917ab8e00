import { Command } from 'commander';
import type { StoredEvent } from '../../domain/log.ts';
import { eventsAfter } from '../../projections/queries/events.ts';
import { integerArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { jsonLine } from '../output/json.ts';

interface Options extends GlobalOptions {
  readonly after: number;
  readonly stream?: string;
  readonly type?: string;
  readonly limit?: number;
}

const PAGE = 1000;

const EXAMPLES = `
One event a line, in the order of their positions, as newline-delimited JSON (with or without --json).

Examples:
  $ chronofolio events --limit 10
  $ chronofolio events --stream portfolio-PORT_001
  $ chronofolio events --type TransactionRecorded,TransactionCorrected --after 1200 | jq .data`;

/** An event as the log's readers see it. */
function eventJson(event: StoredEvent): object {
  return {
    position: event.position,
    event_id: event.eventId,
    type: event.type,
    stream_id: event.streamId,
    version: event.version,
    effective_at: event.effectiveAt,
    recorded_at: event.recordedAt,
    data: event.data,
    metadata: event.metadata,
  };
}

/** The log, for reading and for replay by others. */
export function eventsCommand(context: CliContext): Command {
  return new Command('events')
    .summary('the log itself, as NDJSON')
    .description('Prints the events of the log.')
    .option('--after <position>', 'only events after this position', integerArgument('--after', 0), 0)
    .option('--stream <id>', 'of one stream')
    .option('--type <types>', 'of these types, by commas')
    .option('--limit <n>', 'at most so many; all unless given', integerArgument('--limit', 1))
    .addHelpText('after', EXAMPLES)
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await withApp(context, options, async ({ app, terminal, stop }) => {
        const filter = {
          ...(options.stream === undefined ? {} : { streamId: options.stream }),
          ...(options.type === undefined ? {} : { types: options.type.split(',') }),
        };
        let [after, left] = [options.after, options.limit ?? Number.POSITIVE_INFINITY];
        // What is appended meanwhile is left for the next call.
        const upTo = await app.log.head();
        while (left > 0 && !stop.aborted) {
          const limit = Math.min(PAGE, left);
          const page = await eventsAfter(app.queries.log, { ...filter, after, limit, upTo });
          for (const event of page.events) terminal.out(jsonLine(eventJson(event)));
          if (page.events.length < limit) break;
          left -= page.events.length;
          after = page.next;
        }
      });
    });
}
