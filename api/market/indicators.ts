/** The catalogue of indicators, and any of them for any period and interval. */
import { z } from '@hono/zod-openapi';
import {
  indicatorDefinition,
  INDICATORS,
  isIndicatorType,
  type IndicatorType,
} from '../../domain/indicators/catalogue.ts';
import type { BarReader } from '../../projections/market/bars.ts';
import { indicatorSeries } from '../../projections/market/indicator-series.ts';
import type { Api } from '../http/context.ts';
import { Problem } from '../http/problem.ts';
import { marketEndpoint, marketReply, marketTable } from './endpoint.ts';
import { barLimit, end, format, interval, MAX_BARS, start, symbolParams } from './parameters.ts';
import { success } from './reply.ts';
import { checkRange, csvRows, timeOf } from './rows.ts';

const DEFAULT_POINTS = 100;

const parameterSchema = z.object({
  name: z.string(),
  default: z.number(),
  min: z.number(),
  max: z.number(),
  whole: z.boolean(),
});
const definitionSchema = z
  .object({
    type: z.string(),
    description: z.string(),
    parameters: z.array(parameterSchema),
    outputs: z.array(z.string()).meta({ description: 'Keys of its values.' }),
  })
  .meta({ id: 'IndicatorDefinition' });

const type = z
  .string()
  .transform((text, context): IndicatorType => {
    const lower = text.toLowerCase();
    if (isIndicatorType(lower)) return lower;
    context.addIssue({
      code: 'custom',
      message: `must be one of ${INDICATORS.map((definition) => definition.type).join(', ')}`,
      params: { rule: 'indicator' },
    });
    return z.NEVER;
  })
  .meta({ description: 'One of the catalogue.', example: 'rsi' });

const parameter = z.string().transform((text, context): number => {
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text);
  context.addIssue({ code: 'custom', message: 'must be a number', params: { rule: 'number' } });
  return z.NEVER;
});

/** Of every type in one; each type takes its own. */
const parameters = Object.fromEntries(
  [...new Set(INDICATORS.flatMap((definition) => definition.parameters.map(({ name }) => name)))].map(
    (name) => [
      name,
      parameter.optional().meta({
        description: `Of ${INDICATORS.filter((definition) =>
          definition.parameters.some((one) => one.name === name),
        )
          .map((definition) => definition.type)
          .join(', ')}.`,
      }),
    ],
  ),
);

const pointSchema = z
  .object({
    time: z.int().meta({ description: 'Start of the bar, Unix seconds; of a day its midnight UTC.' }),
    date: z.string().meta({ description: 'The same as an ISO instant; of a day its date.' }),
    is_open: z.literal(true).optional().meta({ description: 'The time of the bar is not over yet.' }),
  })
  .catchall(z.number().nullable())
  .meta({
    id: 'IndicatorPoint',
    description: 'The outputs of the indicator by their names; null as long as there are too few bars.',
  });

export interface IndicatorsApiDependencies {
  readonly bars: BarReader;
}

export function registerIndicators(api: Api, { bars }: IndicatorsApiDependencies): void {
  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/indicators',
      summary: 'The indicators there are',
      params: z.strictObject({}),
      query: z.strictObject({}),
      replies: {
        200: marketReply('With their parameters and outputs.', {
          data: z.array(definitionSchema),
          count: z.int(),
        }),
      },
    },
    (c) => success(c, INDICATORS, { count: INDICATORS.length }),
  );
  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/indicators/{symbol}',
      summary: 'An indicator of a symbol',
      description:
        'Made of the bars of the range and of as many before it as it takes for its values to be those of the whole series. The last value may be of a bar whose time is not over: it is marked.',
      params: symbolParams,
      query: z.strictObject({
        type,
        interval: interval.optional().meta({ description: '`1day` by default.' }),
        start,
        end,
        limit: barLimit(DEFAULT_POINTS),
        format,
        ...parameters,
      }),
      replies: {
        200: marketTable(
          'In ascending order of time.',
          {
            symbol: z.string(),
            exchange: z.string().meta({ description: 'Whose calendar its days follow.', example: 'XNAS' }),
            interval,
            type: z.string(),
            params: z.record(z.string(), z.number()).meta({ description: 'Defaults included.' }),
            data: z.array(pointSchema),
            count: z.int(),
            has_more: z.boolean().meta({ description: 'The limit has left some of the range out.' }),
          },
          ['time', 'date', ...indicatorDefinition('rsi').outputs, 'is_open'],
        ),
      },
      problems: ['not-found'],
    },
    async (c, { params: { symbol }, query }) => {
      const {
        type: chosen,
        interval: asked,
        start: from,
        end: to,
        limit: most,
        format: as,
        ...given
      } = query;
      const every = asked ?? '1day';
      const limit = most ?? (from === undefined ? DEFAULT_POINTS : MAX_BARS);
      checkRange(from, to);
      const result = await indicatorSeries(bars, {
        symbol,
        interval: every,
        type: chosen,
        params: given,
        // One more than asked for tells whether there are more.
        limit: limit + 1,
        ...(from === undefined ? {} : { start: from }),
        ...(to === undefined ? {} : { end: to }),
      });
      if (result.status === 'unknown_symbol') throw new Problem('not-found', `No data for symbol: ${symbol}`);
      if (result.status === 'invalid_params') {
        throw new Problem('invalid-parameter', result.message);
      }
      const { points, exchange, params } = result;
      const more = points.length > limit;
      const data = (from === undefined ? points.slice(-limit) : points.slice(0, limit)).map((point) => ({
        ...timeOf(point.time, every === '1day'),
        ...point.value,
        ...(point.isOpen ? { is_open: true as const } : {}),
      }));
      if (as === 'csv') {
        return csvRows(c, ['time', 'date', ...indicatorDefinition(chosen).outputs, 'is_open'], data);
      }
      return success(c, data, {
        symbol,
        exchange,
        interval: every,
        type: chosen,
        params,
        count: data.length,
        has_more: more,
      });
    },
  );
}
