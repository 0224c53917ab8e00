import { z } from '@hono/zod-openapi';
import { subjectContributions } from '../../projections/queries/contributions.ts';
import type { PeriodContributions } from '../../projections/queries/contributions.ts';
import { DIMENSIONS } from '../../projections/queries/dimension.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Reader } from '../../projections/queries/reading.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { negotiate } from '../reply/format.ts';
import { jsonResponse, readContext, readingResponse } from '../reply/reading.ts';
import { tableResponse } from '../reply/table.ts';
import { flatContributionLine, periodContributions } from './contribution-rows.ts';
import { conventions, currencyParameter, dimension, returnOptions, tabular } from './parameters.ts';
import { askedOf, askedPeriods, reportHead, TABLE_PERIODS } from './periods.ts';
import { columnsOf, tableReplies } from './replies.ts';
import { SUBJECTS } from './subjects.ts';
import type { SubjectRoute } from './subjects.ts';

export const BUCKETS = { monthly: 'month', quarterly: 'quarter', yearly: 'year' } as const;

const figures = z.object({
  ...reportHead,
  by: z.enum(DIMENSIONS),
  conventions: z.object({
    basis: z.string(),
    taxes: z.string(),
    flow_timing: z.string(),
    opening_value: z.string(),
    linking: z.string(),
  }),
  periods: z.array(periodContributions),
});

export function contributionReads(api: Api, { reader }: Queries): void {
  for (const of of SUBJECTS) contributionsOf(api, of, reader);
}

function contributionsOf(api: Api, of: SubjectRoute, reader: Reader): void {
  endpoint(
    api,
    {
      method: 'get',
      path: `${of.path}/contributions`,
      tag: of.tag,
      summary: `What each part of ${of.what} contributed to its return and gain`,
      description:
        'The lines add up to the total as printed, and the total is what `/performance` says of the period: its time-weighted return and its gain. The causes of each line add up to it: price + currency + income - fees - taxes.',
      params: of.params,
      query: z.strictObject({
        ...tabular,
        ...TABLE_PERIODS,
        by: dimension,
        frequency: z.enum(['monthly', 'quarterly', 'yearly']).optional().meta({
          description: 'Cuts each period into calendar ones, each with its own table.',
        }),
        currency: currencyParameter,
        ...conventions,
      }),
      replies: tableReplies('The table of each period.', figures.extend(of.head), flatContributionLine),
      problems: ['not-found', 'not-acceptable', 'not-implemented'],
    },
    async (c, { params, query }) => {
      const format = negotiate(query.format, c.req.header('Accept'));
      const reading = await subjectContributions(
        reader,
        of.ref(params),
        {
          periods: askedPeriods(query),
          by: query.by ?? 'position',
          ...(query.frequency === undefined ? {} : { frequency: BUCKETS[query.frequency] }),
          ...askedOf(query),
          options: returnOptions(query),
        },
        readContext(c, format, query.known_at),
      );
      return readingResponse(reading, format, (value, version) => {
        const { periods, ...head } = value;
        if (format === 'json') return jsonResponse({ ...head, position: version.position, periods }, version);
        const columns = columnsOf(flatContributionLine);
        const rows = periods.flatMap(flatLines);
        return tableResponse(c, { head, name: 'lines', columns, rows }, format, version);
      });
    },
  );
}

/** The total is the last line of its period. */
function flatLines({ period, from, to, lines, total }: PeriodContributions) {
  return [...lines, total].map((line) => ({ period, from, to, ...line }));
}
