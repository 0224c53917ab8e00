import { z } from '@hono/zod-openapi';
import { FREQUENCIES } from '../../domain/returns/resample.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Reader } from '../../projections/queries/reading.ts';
import { segmentTimeseries } from '../../projections/queries/segment-timeseries.ts';
import type { Api } from '../http/context.ts';
import { conventions, currencyParameter, range, rangeOf, returnOptions } from './parameters.ts';
import { returnConventions } from './risk-rows.ts';
import { completeThrough, fraction, portfolioDay } from './rows.ts';
import { SUBJECTS } from './subjects.ts';
import type { SubjectRoute } from './subjects.ts';
import { pagedBy, tableEndpoint } from './table-endpoint.ts';

/** A position of a group has no key of its own; it has its own series besides. */
const KEYED = ['asset_class', 'sector', 'country', 'currency', 'type', 'security', 'portfolio'] as const;

const dimension = z.enum(KEYED);

const segmentDay = portfolioDay
  .omit({ cost: true, positions: true, epoch: true })
  .extend({
    weight: fraction.nullable().meta({
      description: "In the whole's value at the close of the row.",
      format: 'decimal',
      example: '0.25',
    }),
  })
  .meta({ id: 'SegmentDay' });

export function segmentTimeseriesReads(api: Api, { reader }: Queries): void {
  for (const of of SUBJECTS) segmentTimeseriesOf(api, of, reader);
}

function segmentTimeseriesOf(api: Api, of: SubjectRoute, reader: Reader): void {
  tableEndpoint(
    api,
    {
      path: `${of.path}/segments/timeseries`,
      tag: of.tag,
      summary: `The days of one part of ${of.what}, or coarser rows whose returns link to them`,
      description:
        'The part is the positions with the value `key` of what `by` names. What moves between it and the rest of the whole is a flow, taken together by day; what moves within it is none. Days on which none of it was held have no row.',
      params: of.params,
      query: z.strictObject({
        ...pagedBy(10_000),
        ...range,
        by: dimension.optional().meta({
          description: 'What positions are put together by; `asset_class` by default.',
          example: 'asset_class',
        }),
        key: z.string().min(1).max(200).meta({
          description: 'Which of the parts: the `key` that it has in `/segments/performance`.',
          example: 'cash',
        }),
        frequency: z.enum(FREQUENCIES).optional().meta({ description: '`daily` by default.' }),
        currency: currencyParameter,
        ...conventions,
      }),
      head: {
        ...of.head,
        currency: z.string(),
        by: dimension,
        key: z.string(),
        frequency: z.enum(FREQUENCIES),
        conventions: returnConventions,
        complete_through: completeThrough,
      },
      rows: 'rows',
      row: segmentDay,
      list: 'segment-days',
      key: z.iso.date(),
      limit: 10_000,
    },
    ({ params, query, page, context }) =>
      segmentTimeseries(
        reader,
        of.ref(params),
        {
          ...rangeOf(query),
          by: query.by ?? 'asset_class',
          key: query.key,
          frequency: query.frequency ?? 'daily',
          ...(query.currency === undefined ? {} : { currency: query.currency }),
          options: returnOptions(query),
        },
        page,
        context,
      ),
  );
}
