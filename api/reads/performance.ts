import { z } from '@hono/zod-openapi';
import { STANDARD_PERIODS } from '../../domain/returns/periods.ts';
import { subjectPerformance } from '../../projections/queries/performance.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { negotiate } from '../reply/format.ts';
import { jsonResponse, readContext, readingResponse } from '../reply/reading.ts';
import { tableResponse } from '../reply/table.ts';
import { conventions, currencyParameter, returnOptions, tabular } from './parameters.ts';
import { askedOf, periodParameters, periodsOf, reportHead } from './periods.ts';
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
import { shownPosition } from './rows.ts';

const figures = z.object({
  ...reportHead,
  position: shownPosition.meta({
    description: 'The log position the figures were computed from; null for a principal of some portfolios.',
  }),
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
        ...periodParameters(STANDARD_PERIODS, 'YTD,1Y,SI'),
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
          ...askedOf(query),
          periods: periodsOf(query, STANDARD_PERIODS),
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
