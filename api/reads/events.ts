import { z } from '@hono/zod-openapi';
import { SCHEMA_VERSION } from '../../domain/events.ts';
import type { StoredEvent } from '../../domain/log.ts';
import { eventsAfter } from '../../projections/queries/events.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { invalidParameter } from '../http/problem.ts';
import { negotiate } from '../reply/format.ts';
import { readContext } from '../reply/reading.ts';
import { tableResponse, unchangedResponse } from '../reply/table.ts';
import { knowledge, noParams, tabular, wholeNumber } from './parameters.ts';
import { columnsOf, tableReplies } from './replies.ts';
import { eventRow } from './rows.ts';

const PAGE = 1_000;
const MAX_PAGE = 10_000;

export function eventReads(api: Api, { log, reader }: Queries): void {
  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/events',
      tag: 'Events',
      allPortfolios: true,
      summary: 'The log, for replay by others',
      description: 'Go on with `after` = `next` until `next` equals `head`. Positions have no gaps.',
      params: noParams,
      query: z.strictObject({
        ...tabular,
        ...knowledge,
        after: wholeNumber(0, Number.MAX_SAFE_INTEGER)
          .optional()
          .meta({ description: 'The position to go on after; 0, the beginning, by default.' }),
        stream: z.string().max(512).optional().meta({ example: 'portfolio-PORT_001' }),
        type: z.string().optional().meta({
          description: 'Types, separated by commas.',
          example: 'TransactionRecorded,TransactionCorrected',
        }),
        limit: wholeNumber(1, MAX_PAGE)
          .optional()
          .meta({ description: `The most events to send, 1 to ${MAX_PAGE}; ${PAGE} by default.` }),
      }),
      replies: tableReplies(
        'The events in the order of the log.',
        z.object({ events: z.array(eventRow), next: z.int(), head: z.int() }),
        eventRow,
      ),
      problems: ['not-acceptable'],
    },
    async (c, { query }) => {
      const format = negotiate(query.format, c.req.header('Accept'));
      const types = query.type === undefined ? undefined : eventTypes(query.type);
      const page = await eventsAfter(log, {
        after: query.after ?? 0,
        limit: query.limit ?? PAGE,
        ...(query.stream === undefined ? {} : { streamId: query.stream }),
        ...(types === undefined ? {} : { types }),
        ...(query.known_at === undefined ? {} : { upTo: await reader.resolve(query.known_at) }),
      });
      const { events, next, head } = page;
      const version = { position: head, tag: 'log' };
      if (readContext(c, format, undefined).has?.(version)) return unchangedResponse(version, format);
      return tableResponse(
        c,
        { head: { next, head }, name: 'events', columns: columnsOf(eventRow), rows: events.map(eventView) },
        format,
        version,
      );
    },
  );
}

function eventTypes(text: string): string[] {
  const types = text.split(',').map((type) => type.trim());
  const unknown = types.find((type) => !Object.hasOwn(SCHEMA_VERSION, type));
  if (unknown === undefined) return types;
  throw invalidParameter('type', 'one_of', `must be of ${Object.keys(SCHEMA_VERSION).join(', ')}`);
}

function eventView(event: StoredEvent) {
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
