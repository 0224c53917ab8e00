import { z } from '@hono/zod-openapi';
import { date } from '../../commands/schemas/fields.ts';
import { parseCustomPeriod, parsePeriods, STANDARD_PERIODS } from '../../domain/returns/periods.ts';
import type { NamedPeriod } from '../../domain/returns/periods.ts';
import { subjectPerformance } from '../../projections/queries/performance.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { invalidParameters } from '../http/problem.ts';
import { negotiate } from '../reply/format.ts';
import { jsonResponse, readContext, readingResponse } from '../reply/reading.ts';
import { tableResponse } from '../reply/table.ts';
import { conventions, currencyParameter, range, returnOptions, tabular } from './parameters.ts';
import { columnsOf, tableReplies } from './replies.ts';
import type { Reader } from '../../projections/queries/reading.ts';
import { SUBJECTS } from './subjects.ts';
import type { SubjectRoute } from './subjects.ts';
import {
  benchmarkName,
  conventionsSchema,
  flatPeriod,
  flatPeriodRow,
  nestedPeriodRow,
  riskFreeName,
} from './risk-rows.ts';
import { comparisonOf, riskParameters, riskSettings } from './risk-parameters.ts';
import { completeThrough, shownPosition } from './rows.ts';

const figures = z.object({
  currency: z.string(),
  position: shownPosition.meta({
    description: 'The log position the figures were computed from; null for a principal of some portfolios.',
  }),
  date: z.string().nullable(),
  inception: z.string().nullable(),
  complete_through: completeThrough,
  conventions: conventionsSchema,
  benchmark: benchmarkName.optional(),
  risk_free: riskFreeName.optional(),
  periods: z.array(nestedPeriodRow),
});

export function performanceReads(api: Api, { reader }: Queries): void {
  for (const of of SUBJECTS) performanceOf(api, of, reader);
}

function performanceOf(api: Api, of: SubjectRoute, reader: Reader): void {
  endpoint(
    api,
    {
      method: 'get',
      path: `${of.path}/performance`,
      tag: of.tag,
      summary:
        'Time-weighted and money-weighted returns over periods, their risk, and a benchmark beside them',
      description:
        '`from` and `to` are both days whose returns count: the opening value is the close of the day before `from`. In formats other than JSON the members of `risk`, `relative` and `benchmark` are columns such as `risk_volatility`, null where there is no such object.',
      params: of.params,
      query: z.strictObject({
        ...tabular,
        periods: z
          .string()
          .optional()
          .meta({
            description: `Separated by commas: MTD, QTD, YTD, SI, 6M, 3Y, 2024, 2024-Q1, 2024-03; ${STANDARD_PERIODS.join(',')} by default.`,
            example: 'YTD,1Y,SI',
          }),
        ...range,
        date: date
          .optional()
          .meta({ description: 'The last day that counts; the last complete one by default.' }),
        annualize_short: z.enum(['true', 'false']).optional().meta({
          description: 'Annualise periods below one year too.',
        }),
        currency: currencyParameter,
        ...conventions,
        ...riskParameters,
      }),
      replies: tableReplies('The figures of each period.', figures.extend(of.head), flatPeriodRow),
      problems: ['not-found', 'not-acceptable', 'not-implemented'],
    },
    async (c, { params, query }) => {
      const format = negotiate(query.format, c.req.header('Accept'));
      const reading = await subjectPerformance(
        reader,
        of.ref(params),
        {
          periods: periodsOf(query),
          ...(query.date === undefined ? {} : { date: query.date }),
          ...(query.currency === undefined ? {} : { currency: query.currency }),
          options: { ...returnOptions(query), annualiseShort: query.annualize_short === 'true' },
          comparison: comparisonOf(query),
          ...riskSettings(query),
        },
        readContext(c, format, query.known_at),
      );
      return readingResponse(reading, format, (value, version) => {
        const { periods: rows, ...head } = value;
        if (format === 'json')
          return jsonResponse({ ...head, position: version.position, periods: rows }, version);
        return tableResponse(
          c,
          { head, name: 'periods', columns: columnsOf(flatPeriodRow), rows: rows.map(flatPeriod) },
          format,
          version,
        );
      });
    },
  );
}

/** The named periods, the custom one, or both; the standard ones when nothing is asked for. */
export function periodsOf(query: {
  periods?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}): NamedPeriod[] {
  const custom = query.from !== undefined || query.to !== undefined;
  const names = query.periods ?? (custom ? undefined : STANDARD_PERIODS.join(','));
  const parsed = [
    ...(names === undefined ? [] : [parsePeriods(names)]),
    ...(custom ? [customPeriod(query.from, query.to)] : []),
  ];
  const errors = parsed.flatMap((one) => (one.ok ? [] : one.errors));
  if (errors.length > 0) throw invalidParameters(errors);
  return parsed.flatMap((one) => (one.ok ? one.value : []));
}

function customPeriod(from: string | undefined, to: string | undefined) {
  const parsed = parseCustomPeriod(from, to);
  return parsed.ok ? { ok: true as const, value: [parsed.value] } : parsed;
}
