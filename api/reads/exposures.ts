import { z } from '@hono/zod-openapi';
import { date } from '../../commands/schemas/fields.ts';
import { DIMENSIONS } from '../../projections/queries/dimension.ts';
import { subjectExposures } from '../../projections/queries/exposures.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Reader } from '../../projections/queries/reading.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { negotiate } from '../reply/format.ts';
import { jsonResponse, readContext, readingResponse } from '../reply/reading.ts';
import { tableResponse } from '../reply/table.ts';
import { currencyParameter, dimension, tabular } from './parameters.ts';
import { columnsOf, tableReplies } from './replies.ts';
import { completeThrough, fraction, money, number, remark } from './rows.ts';
import { SUBJECTS } from './subjects.ts';
import type { SubjectRoute } from './subjects.ts';

const MOST_COUNTS = 10;
const LARGEST_COUNT = 999;

const counts = z
  .string()
  .transform((text, context): number[] => {
    const numbers = text.split(',').map((part) => (/^[1-9]\d{0,2}$/.test(part) ? Number(part) : NaN));
    if (numbers.length <= MOST_COUNTS && numbers.every((n) => n <= LARGEST_COUNT)) return numbers;
    context.addIssue({
      code: 'custom',
      message: `must be up to ${MOST_COUNTS} whole numbers from 1 to ${LARGEST_COUNT} with commas between`,
      params: { rule: 'range' },
    });
    return z.NEVER;
  })
  .optional()
  .meta({
    description: 'How many of the largest holdings to add up; 5,10 by default.',
    pattern: '^[1-9]\\d{0,2}(,[1-9]\\d{0,2}){0,9}$',
    example: '5,10',
  });

const exposure = {
  value: money.nullable(),
  weight: fraction.nullable().meta({
    description: 'Of the value of the whole.',
    format: 'decimal',
    example: '0.25',
  }),
  long_value: money.nullable(),
  short_value: money.nullable().meta({
    description: 'Not above zero.',
    format: 'decimal',
    example: '-250.00',
  }),
  gross_value: money.nullable().meta({
    description: 'Long less short.',
    format: 'decimal',
    example: '1250.00',
  }),
  securities: z.int(),
};

const segmentExposure = z
  .object({
    key: z.string().meta({ example: 'equity' }),
    name: z.string().nullable(),
    portfolio_id: z.string().nullable().meta({ description: 'Of a position.' }),
    ...exposure,
  })
  .meta({ id: 'SegmentExposure' });

const concentration = z
  .object({
    holdings: z.int(),
    largest: z.object({ security_id: z.string(), weight: fraction }).nullable(),
    top: z.array(z.object({ n: z.int(), weight: fraction.nullable() })),
    herfindahl: fraction.nullable().meta({
      description: 'The sum of the squared weights.',
      format: 'decimal',
      example: '0.125',
    }),
    effective_holdings: number.nullable().meta({
      description: 'One over the Herfindahl index.',
      format: 'decimal',
      example: '8',
    }),
  })
  .meta({
    id: 'Concentration',
    description: 'By weights in the gross exposure; the same security in several portfolios is one holding.',
  });

const figures = z.object({
  date: z.string().nullable(),
  currency: z.string(),
  complete_through: completeThrough,
  by: z.enum(DIMENSIONS),
  cash: z.enum(['include', 'exclude']),
  total: z.object(exposure),
  concentration,
  reasons: z.array(remark).meta({ description: 'Why figures are null.' }),
  segments: z.array(segmentExposure),
});

export function exposureReads(api: Api, { reader }: Queries): void {
  for (const of of SUBJECTS) exposuresOf(api, of, reader);
}

function exposuresOf(api: Api, of: SubjectRoute, reader: Reader): void {
  endpoint(
    api,
    {
      method: 'get',
      path: `${of.path}/exposures`,
      tag: of.tag,
      summary: `What ${of.what} is exposed to at the close of a day, and how concentrated it is`,
      params: of.params,
      query: z.strictObject({
        ...tabular,
        date: date.optional().meta({ description: 'The latest day by default.', example: '2025-08-20' }),
        by: dimension,
        currency: currencyParameter,
        cash: z
          .enum(['include', 'exclude'])
          .optional()
          .meta({ description: 'Whether cash counts; `include` by default.' }),
        top: counts,
      }),
      replies: tableReplies('The exposure of each segment.', figures.extend(of.head), segmentExposure),
      problems: ['not-found', 'not-acceptable', 'not-implemented'],
    },
    async (c, { params, query }) => {
      const format = negotiate(query.format, c.req.header('Accept'));
      const reading = await subjectExposures(
        reader,
        of.ref(params),
        {
          by: query.by ?? 'security',
          cash: query.cash ?? 'include',
          top: query.top ?? [5, 10],
          ...(query.date === undefined ? {} : { date: query.date }),
          ...(query.currency === undefined ? {} : { currency: query.currency }),
        },
        readContext(c, format, query.known_at),
      );
      return readingResponse(reading, format, (value, version) => {
        if (format === 'json') return jsonResponse(value, version);
        const columns = columnsOf(segmentExposure);
        return tableResponse(
          c,
          { head: {}, name: 'segments', columns, rows: value.segments },
          format,
          version,
        );
      });
    },
  );
}
