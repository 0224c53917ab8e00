import { z } from '@hono/zod-openapi';
import { RISK_FREQUENCIES } from '../../domain/risk/frequency.ts';
import { tryWindow } from '../../domain/risk/window.ts';
import type { WindowLength } from '../../domain/risk/window.ts';
import { subjectDrawdowns } from '../../projections/queries/drawdowns.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Reader } from '../../projections/queries/reading.ts';
import { ROLLING_FIGURES, subjectRolling } from '../../projections/queries/rolling.ts';
import type { RollingFigure } from '../../projections/queries/rolling.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { negotiate } from '../reply/format.ts';
import { readContext, readingResponse } from '../reply/reading.ts';
import { tableResponse } from '../reply/table.ts';
import {
  conventions,
  currencyParameter,
  range,
  rangeOf,
  returnOptions,
  tabular,
  wholeNumber,
} from './parameters.ts';
import { periodsOf } from './periods.ts';
import { columnsOf, tableReplies } from './replies.ts';
import {
  comparisonOf,
  comparisonParameters,
  returnFrequency,
  scaleOf,
  scaleParameters,
} from './risk-parameters.ts';
import { benchmarkName, drawdownRow, riskFreeName, rollingRow } from './risk-rows.ts';
import { completeThrough, isoDate, remark } from './rows.ts';
import { SUBJECTS } from './subjects.ts';
import type { SubjectRoute } from './subjects.ts';
import { pagedBy, tableEndpoint } from './table-endpoint.ts';

export function riskReads(api: Api, { reader }: Queries): void {
  for (const of of SUBJECTS) {
    rollingOf(api, of, reader);
    drawdownsOf(api, of, reader);
  }
}

const windowLength = z
  .string()
  .transform((text, context): WindowLength => {
    const length = tryWindow(text);
    if (length) return length;
    context.addIssue({
      code: 'custom',
      message: 'must be a number of days, weeks, months or years such as 90d, 12W, 6M or 1Y',
      params: { rule: 'window' },
    });
    return z.NEVER;
  })
  .meta({ pattern: '^([1-9]\\d{0,3}[dD]|[1-9]\\d{0,2}[wWmM]|[1-9]\\d?[yY])$', example: '1Y' });

const figureList = z
  .string()
  .transform((text, context): readonly RollingFigure[] => {
    const names = new Set(text.split(',').map((name) => name.trim()));
    const known = ROLLING_FIGURES.filter((figure) => names.has(figure));
    if (known.length === names.size) return known;
    const message = `must be names out of ${ROLLING_FIGURES.join(', ')} with commas between`;
    context.addIssue({ code: 'custom', message, params: { rule: 'figures' } });
    return z.NEVER;
  })
  .meta({ example: 'twr,volatility,sharpe' });

const DEFAULT_FIGURES: readonly RollingFigure[] = ['twr', 'volatility', 'sharpe', 'max_drawdown'];
const ONE_YEAR: WindowLength = { unit: 'months', count: 12 };

function rollingOf(api: Api, of: SubjectRoute, reader: Reader): void {
  tableEndpoint(
    api,
    {
      path: `${of.path}/rolling`,
      tag: of.tag,
      summary: `Figures of ${of.what} over a window that moves along its history`,
      description:
        'A row for each return of the frequency that has a whole window behind it, with the figures asked for as members, columns in the order below. Each window is a period as in `/performance`: `from` and `date` are both days whose returns count.',
      params: of.params,
      query: z.strictObject({
        ...pagedBy(10_000),
        window: windowLength
          .optional()
          .meta({ description: 'Of the calendar: 90d, 12W, 6M, 1Y; 1Y by default.', example: '1Y' }),
        figures: figureList.optional().meta({
          description: `With commas between: ${ROLLING_FIGURES.join(', ')}; ${DEFAULT_FIGURES.join(',')} by default. Those that compare need a benchmark.`,
          example: 'twr,volatility,sharpe',
        }),
        frequency: returnFrequency,
        ...range,
        currency: currencyParameter,
        ...conventions,
        ...comparisonParameters,
        ...scaleParameters,
      }),
      head: {
        ...of.head,
        currency: z.string(),
        frequency: z.enum(RISK_FREQUENCIES),
        complete_through: completeThrough,
        benchmark: benchmarkName.optional(),
        risk_free: riskFreeName.optional(),
      },
      rows: 'rows',
      row: rollingRow,
      omits: ({ figures = DEFAULT_FIGURES }) => {
        const asked: ReadonlySet<string> = new Set(figures);
        return new Set(ROLLING_FIGURES.filter((figure) => !asked.has(figure)));
      },
      list: 'rolling',
      key: z.iso.date(),
      limit: 10_000,
    },
    ({ params, query, page, context }) =>
      subjectRolling(
        reader,
        of.ref(params),
        {
          ...rangeOf(query),
          window: query.window ?? ONE_YEAR,
          figures: query.figures ?? DEFAULT_FIGURES,
          ...scaleOf(query.frequency ?? 'daily', query),
          ...(query.currency === undefined ? {} : { currency: query.currency }),
          options: returnOptions(query),
          comparison: comparisonOf(query),
        },
        page,
        context,
      ),
  );
}

const DEFAULT_TOP = 10;

function drawdownsOf(api: Api, of: SubjectRoute, reader: Reader): void {
  const body = z.object({
    ...of.head,
    currency: z.string(),
    complete_through: completeThrough,
    from: isoDate.nullable(),
    to: isoDate.nullable(),
    reasons: z.array(remark).meta({ description: 'Why there are no rows.' }),
    rows: z.array(drawdownRow),
  });
  endpoint(
    api,
    {
      method: 'get',
      path: `${of.path}/drawdowns`,
      tag: of.tag,
      summary: `The deepest falls of ${of.what} from a peak, deepest first`,
      description:
        'Of the daily closes, the opening value among them. They do not overlap: one ends where its peak is reached again.',
      params: of.params,
      query: z.strictObject({
        ...tabular,
        top: wholeNumber(1, 1_000)
          .optional()
          .meta({ description: `How many, 1 to 1000; ${DEFAULT_TOP} by default.`, example: 10 }),
        ...range,
        currency: currencyParameter,
        ...conventions,
      }),
      replies: tableReplies('The falls.', body, drawdownRow),
      problems: ['not-found', 'not-acceptable', 'not-implemented'],
    },
    async (c, { params, query }) => {
      const format = negotiate(query.format, c.req.header('Accept'));
      const reading = await subjectDrawdowns(
        reader,
        of.ref(params),
        {
          period: periodsOf({ from: query.from, to: query.to }, ['SI'])[0]!,
          top: query.top ?? DEFAULT_TOP,
          ...(query.currency === undefined ? {} : { currency: query.currency }),
          options: returnOptions(query),
        },
        readContext(c, format, query.known_at),
      );
      return readingResponse(reading, format, ({ rows, ...head }, version) =>
        tableResponse(
          c,
          {
            head,
            name: 'rows',
            columns: columnsOf(drawdownRow),
            rows,
            completeThrough: head.complete_through,
          },
          format,
          version,
        ),
      );
    },
  );
}
