/** The schemas of risk and of what stands beside a benchmark, nested as in JSON and flat as in tables. */
import { z } from '@hono/zod-openapi';
import { RELATIVE_FIGURES } from '../../domain/risk/relative.ts';
import { RISK_FIGURES } from '../../domain/risk/risk.ts';
import type { PeriodView } from '../../projections/queries/period-view.ts';
import { ROLLING_FIGURES } from '../../projections/queries/rolling.ts';
import type { RollingFigure } from '../../projections/queries/rolling.ts';
import { fraction, isoDate, number, periodRow } from './rows.ts';

const returns = z.int().nullable().meta({
  description: 'The whole returns of the frequency in the period, which the statistics are made of.',
  example: 261,
});
const day = isoDate.nullable();
const days = z.int().nullable();

const RISK_TEXTS: Readonly<Record<(typeof RISK_FIGURES)[number], string>> = {
  mean_return: 'Arithmetic mean of the returns, times the returns per year.',
  volatility: 'Sample deviation of the returns, times the root of the returns per year.',
  downside_deviation:
    'Root mean square of the shortfalls below the minimum acceptable return, annualised like volatility.',
  sharpe: 'Mean over deviation of the returns less the riskless rate, annualised.',
  sortino: 'Mean return less the minimum acceptable one, over the downside deviation; annualised.',
  max_drawdown: 'The deepest fall from a peak of the daily closes, as a return: -0.12 is a fall of 12 %.',
  calmar: 'Annualised return over the depth of the deepest fall.',
  skewness: 'm3 / m2^1.5.',
  excess_kurtosis: 'm4 / m2² − 3.',
  var_historical: 'Value at risk over the horizon, from the returns as they were; losses are positive.',
  var_parametric: 'Value at risk over the horizon, of a normal distribution.',
  var_cornish_fisher: 'Value at risk over the horizon, with the Cornish-Fisher expansion.',
  es_historical: 'Expected shortfall over the horizon, from the returns as they were.',
  es_parametric: 'Expected shortfall over the horizon, of a normal distribution.',
  es_cornish_fisher: 'Expected shortfall over the horizon, with the Cornish-Fisher expansion.',
};

const RELATIVE_TEXTS: Readonly<Record<(typeof RELATIVE_FIGURES)[number], string>> = {
  active_return: 'Mean return less that of the benchmark, annualised.',
  tracking_error: 'Deviation of the returns less those of the benchmark, annualised.',
  information_ratio: 'Active return over tracking error.',
  beta: "Slope of the returns over the benchmark's, both less the riskless rate.",
  alpha: "Jensen's alpha, annualised: the mean that beta does not explain.",
  correlation: "Of the returns with the benchmark's.",
  r_squared: 'Its square.',
  up_capture: "Geometric mean over that of the benchmark, where the benchmark's return is above zero.",
  down_capture: 'The same where it is below.',
  hit_rate: "The fraction of returns above the benchmark's.",
};

const ROLLING_TEXTS: Readonly<Record<RollingFigure, string>> = {
  ...RISK_TEXTS,
  ...RELATIVE_TEXTS,
  twr: 'Time-weighted return of the window.',
  twr_annualized: 'The same for a year; null for windows below 365 days.',
};

function figures<F extends string>(texts: Readonly<Record<F, string>>, names: readonly F[]) {
  return Object.fromEntries(
    names.map((name) => [
      name,
      number.nullable().meta({ format: 'decimal', description: texts[name], example: '0.128834' }),
    ]),
  );
}

const risk = z
  .object({
    returns,
    ...figures(RISK_TEXTS, RISK_FIGURES),
    drawdown_start: day.meta({ description: 'The last close at the peak.', format: 'date' }),
    drawdown_trough: day,
    drawdown_recovery: day.meta({ description: 'The first close at the peak again.', format: 'date' }),
    drawdown_days_to_trough: days,
    drawdown_days_to_recovery: days.meta({ description: 'From the peak.' }),
    drawdown_days: days.meta({ description: 'From the peak to its recovery, or to the end of the period.' }),
  })
  .meta({ id: 'Risk' });

const relative = z
  .object({ returns, ...figures(RELATIVE_TEXTS, RELATIVE_FIGURES) })
  .meta({ id: 'RelativeRisk', description: 'Over the same days as the benchmark.' });

const benchmark = z
  .object({
    twr: fraction.nullable(),
    twr_annualized: fraction.nullable(),
    excess_return: fraction.nullable().meta({ description: "The period's return less the benchmark's." }),
    excess_return_annualized: fraction.nullable(),
  })
  .meta({ id: 'BenchmarkReturn' });

/** A period as JSON shows it. */
export const nestedPeriodRow = periodRow
  .extend({
    risk: risk.optional(),
    relative: relative.optional(),
    benchmark: benchmark.optional(),
  })
  .meta({ id: 'PeriodPerformance' });

const parts = { risk, relative, benchmark };

/** The same in one row: `risk_volatility`, null where the object is not there. */
export const flatPeriodRow = periodRow
  .extend(
    Object.fromEntries(
      Object.entries(parts).flatMap(([part, { shape }]) =>
        Object.entries(shape).map(([name, schema]) => [`${part}_${name}`, schema]),
      ),
    ),
  )
  .meta({ id: 'PeriodPerformanceRow' });

export function flatPeriod({ risk, relative, benchmark, ...row }: PeriodView): Record<string, unknown> {
  const flat: Record<string, unknown> = { ...row };
  for (const [part, values] of Object.entries({ risk, relative, benchmark }))
    for (const name of Object.keys(partShape(part))) flat[`${part}_${name}`] = valueOf(values, name);
  return flat;
}

function partShape(part: string): Readonly<Record<string, unknown>> {
  return part === 'risk' ? risk.shape : part === 'relative' ? relative.shape : benchmark.shape;
}

function valueOf(values: object | undefined, name: string): unknown {
  return values === undefined ? null : Reflect.get(values, name);
}

/** Only the figures asked for are members. */
export const rollingRow = z
  .object({
    date: isoDate,
    from: isoDate,
    returns: returns.unwrap(),
    ...Object.fromEntries(
      ROLLING_FIGURES.map((name) => [
        name,
        number.nullable().optional().meta({
          format: 'decimal',
          description: ROLLING_TEXTS[name],
          example: '0.128834',
        }),
      ]),
    ),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'A code that tells why a figure is null.', example: 'too_few_returns' }),
  })
  .meta({ id: 'RollingRow' });

export const drawdownRow = z
  .object({
    rank: z.int().meta({ description: '1 is the deepest.', example: 1 }),
    depth: fraction.nullable(),
    start: isoDate.meta({ description: 'The last close at the peak.', format: 'date' }),
    trough: isoDate,
    recovery: isoDate
      .nullable()
      .meta({ description: 'The first close at the peak again; null when there was none.', format: 'date' }),
    days_to_trough: z.int(),
    days_to_recovery: days,
    days: z.int().meta({ description: 'From the peak to its recovery, or to the end of the range.' }),
  })
  .meta({ id: 'Drawdown' });

/** By what rules returns were made. */
export const returnConventions = z.object({
  basis: z.string(),
  taxes: z.string(),
  flow_timing: z.string(),
  annualization: z.string().meta({ example: 'actual/365' }),
  opening_value: z.string().meta({ example: 'close of the day before from' }),
  linking: z.string(),
});

const conventions = returnConventions.extend({
  risk: z
    .object({
      frequency: z.enum(['daily', 'weekly', 'monthly']),
      returns_per_year: z.int().meta({ example: 252 }),
      fewest_returns: z.int(),
      deviation: z.string(),
      minimum_acceptable_return: z
        .string()
        .meta({ description: '`risk_free`, or a fraction per year.', example: '0' }),
      confidence: z.string().meta({ format: 'decimal', example: '0.95' }),
      horizon: z.string().meta({ example: '1 return' }),
      historical_quantile: z.string(),
      drawdown: z.string(),
    })
    .optional(),
});

/** What a reply with such figures says besides them. */
export const conventionsSchema = conventions.meta({
  id: 'Conventions',
  description: 'By what rules the figures were made.',
});

export const benchmarkName = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    currency: z.string(),
    rebalancing: z.string(),
    first_date: isoDate.nullable(),
    last_date: isoDate.nullable().meta({
      description: 'The last day on which every component has a value of its own.',
      format: 'date',
    }),
  })
  .meta({ id: 'BenchmarkName' });

export const riskFreeName = z
  .object({ id: z.string(), name: z.string().nullable(), first_date: isoDate.nullable() })
  .meta({ id: 'RiskFreeName' });
