import { z } from '@hono/zod-openapi';
import { subjectAttribution } from '../../projections/queries/attribution.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Reader } from '../../projections/queries/reading.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { negotiate } from '../reply/format.ts';
import { jsonResponse, readContext, readingResponse } from '../reply/reading.ts';
import { tableResponse } from '../reply/table.ts';
import { conventions, currencyParameter, returnOptions, tabular } from './parameters.ts';
import { askedOf, askedPeriods, reportHead, TABLE_PERIODS } from './periods.ts';
import { columnsOf, tableReplies } from './replies.ts';
import { comparisonParameters } from './risk-parameters.ts';
import { benchmarkName } from './risk-rows.ts';
import { fraction, isoDate, remark } from './rows.ts';
import { SUBJECTS } from './subjects.ts';
import type { SubjectRoute } from './subjects.ts';

const SHARED = ['asset_class', 'sector', 'country', 'currency', 'type', 'security'] as const;

const CURRENCY_EFFECTS = ['merged', 'apart'] as const;

const part = fraction.nullable();

const line = {
  kind: z.enum(['segment', 'unattributed', 'total']).meta({
    description:
      '`unattributed` is the effect of days on which the whole had no capital, and of movements between positions that do not cancel.',
  }),
  key: z.string().meta({ example: 'equity' }),
  name: z.string().nullable(),
  portfolio_weight: part.meta({
    description: "The mean of the days' weights.",
    format: 'decimal',
    example: '0.6',
  }),
  benchmark_weight: part,
  portfolio_return: part.meta({
    description:
      'Of the segment by itself. Null where it had no capital or was in debt; `/segments/performance` says which.',
    format: 'decimal',
    example: '0.05',
  }),
  benchmark_return: part,
  allocation: part.meta({
    description: 'Of holding more or less of it than the benchmark.',
    format: 'decimal',
    example: '-0.0104',
  }),
  selection: part.meta({
    description: 'Of its doing better or worse than in the benchmark.',
    format: 'decimal',
    example: '0.04',
  }),
  interaction: part.meta({
    description: 'Of both at once, and of what was traded within days.',
    format: 'decimal',
    example: '-0.001',
  }),
  currency: part.meta({
    description: 'Of exchange rates, with `currency_effect=apart`; otherwise null, and in the other effects.',
    format: 'decimal',
    example: '0.0012',
  }),
  effect: part.meta({ description: 'All of them together.', format: 'decimal', example: '0.0286' }),
};

const attributionLine = z.object(line).meta({ id: 'AttributionLine' });

const periodAttribution = z
  .object({
    period: z.string().meta({ example: 'YTD' }),
    from: isoDate,
    to: isoDate,
    days: z.int(),
    lines: z.array(attributionLine).meta({ description: 'Their effects add up to the total.' }),
    total: attributionLine,
    flags: z.array(remark),
    reasons: z.array(remark).meta({ description: 'Why figures are null.' }),
  })
  .meta({ id: 'PeriodAttribution' });

const flatAttributionLine = z
  .object({ period: z.string().meta({ example: 'YTD' }), from: isoDate, to: isoDate, ...line })
  .meta({ id: 'FlatAttributionLine' });

const figures = z.object({
  ...reportHead,
  by: z.enum(SHARED),
  benchmark: benchmarkName,
  conventions: z.object({
    basis: z.string(),
    taxes: z.string(),
    flow_timing: z.string(),
    model: z.string(),
    linking: z.string(),
    currency_effect: z.enum(CURRENCY_EFFECTS),
  }),
  periods: z.array(periodAttribution),
});

export function attributionReads(api: Api, { reader }: Queries): void {
  for (const of of SUBJECTS) attributionOf(api, of, reader);
}

function attributionOf(api: Api, of: SubjectRoute, reader: Reader): void {
  endpoint(
    api,
    {
      method: 'get',
      path: `${of.path}/attribution`,
      tag: of.tag,
      summary: `Why ${of.what} did better or worse than a benchmark`,
      description:
        "Allocation, selection and interaction of each segment (Brinson-Fachler), and if asked for the effect of exchange rates apart, day by day and linked, so that they add up to the whole's return less the benchmark's.",
      params: of.params,
      query: z.strictObject({
        ...tabular,
        ...TABLE_PERIODS,
        benchmark: comparisonParameters.benchmark.unwrap().meta({
          description: 'What to explain the difference from: the id of a benchmark.',
          example: 'BALANCED',
        }),
        by: z.enum(SHARED).optional().meta({
          description:
            'What both sides are put together by; `asset_class` by default. Not by position or portfolio: a benchmark has none.',
          example: 'asset_class',
        }),
        currency_effect: z.enum(CURRENCY_EFFECTS).optional().meta({
          description:
            'With `apart` what exchange rates brought is an effect of its own, and the others are those of local returns; `merged` by default.',
        }),
        currency: currencyParameter,
        ...conventions,
      }),
      replies: tableReplies('The table of each period.', figures.extend(of.head), flatAttributionLine),
      problems: ['not-found', 'not-acceptable', 'not-implemented'],
    },
    async (c, { params, query }) => {
      const format = negotiate(query.format, c.req.header('Accept'));
      const reading = await subjectAttribution(
        reader,
        of.ref(params),
        {
          benchmark: query.benchmark,
          by: query.by ?? 'asset_class',
          currencyEffect: query.currency_effect ?? 'merged',
          periods: askedPeriods(query),
          ...askedOf(query),
          options: returnOptions(query),
        },
        readContext(c, format, query.known_at),
      );
      return readingResponse(reading, format, (value, version) => {
        const { periods, ...head } = value;
        if (format === 'json') return jsonResponse({ ...head, position: version.position, periods }, version);
        const rows = periods.flatMap(({ period, from, to, lines, total }) =>
          [...lines, total].map((each) => ({ period, from, to, ...each })),
        );
        const columns = columnsOf(flatAttributionLine);
        return tableResponse(c, { head, name: 'lines', columns, rows }, format, version);
      });
    },
  );
}
