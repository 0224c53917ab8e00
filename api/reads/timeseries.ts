import { z } from '@hono/zod-openapi';
import { FREQUENCIES } from '../../domain/returns/resample.ts';
import { subjectTimeseries } from '../../projections/queries/timeseries.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Api } from '../http/context.ts';
import { conventions, currencyParameter, range, rangeOf, returnOptions } from './parameters.ts';
import type { Reader } from '../../projections/queries/reading.ts';
import { returnConventions } from './risk-rows.ts';
import { SUBJECTS } from './subjects.ts';
import type { SubjectRoute } from './subjects.ts';
import { completeThrough, portfolioDay } from './rows.ts';
import { pagedBy, tableEndpoint } from './table-endpoint.ts';

export function timeseriesReads(api: Api, { reader }: Queries): void {
  for (const of of SUBJECTS) timeseriesOf(api, of, reader);
}

function timeseriesOf(api: Api, of: SubjectRoute, reader: Reader): void {
  tableEndpoint(
    api,
    {
      path: `${of.path}/timeseries`,
      tag: of.tag,
      summary: `The complete days of ${of.what}, or coarser rows whose returns link to them`,
      description:
        'Of a coarser row, market values are those at its ends, flows are sums, cost, positions and epoch are those of its last day. `index` grows from 1 at the opening of the first row of the range. Transfers between the members of a group are none of its flows; its epoch is the highest of theirs.',
      params: of.params,
      query: z.strictObject({
        ...pagedBy(10_000),
        ...range,
        frequency: z.enum(FREQUENCIES).optional().meta({ description: '`daily` by default.' }),
        currency: currencyParameter,
        ...conventions,
      }),
      head: {
        ...of.head,
        currency: z.string(),
        frequency: z.enum(FREQUENCIES),
        conventions: returnConventions,
        complete_through: completeThrough,
      },
      rows: 'rows',
      row: portfolioDay,
      list: 'portfolio-days',
      key: z.iso.date(),
      limit: 10_000,
      kept: true,
    },
    ({ params, query, page, context }) =>
      subjectTimeseries(
        reader,
        of.ref(params),
        {
          ...rangeOf(query),
          frequency: query.frequency ?? 'daily',
          ...(query.currency === undefined ? {} : { currency: query.currency }),
          options: returnOptions(query),
        },
        page,
        context,
      ),
  );
}
