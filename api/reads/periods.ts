/** The parameters by which reports are asked for their periods, and what their replies begin with. */
import { z } from '@hono/zod-openapi';
import { date } from '../../commands/schemas/fields.ts';
import { parseCustomPeriod, parsePeriods } from '../../domain/returns/periods.ts';
import type { NamedPeriod } from '../../domain/returns/periods.ts';
import type { Asked } from '../../projections/queries/report.ts';
import { invalidParameter, invalidParameters } from '../http/problem.ts';
import { range } from './parameters.ts';
import { completeThrough, shownPosition } from './rows.ts';

/** More than all months of thirty years: each period is computed by itself. */
const MOST_PERIODS = 400;
/** A table of each is long. */
const MOST_TABLES = 24;

export const reportHead = {
  currency: z.string(),
  position: shownPosition,
  date: z.string().nullable(),
  inception: z.string().nullable(),
  complete_through: completeThrough,
};

/** @param byDefault the names of those that are given when none are asked for */
export function periodParameters(byDefault: readonly string[], example: string) {
  return {
    periods: z
      .string()
      .optional()
      .meta({
        description: `Separated by commas: MTD, QTD, YTD, SI, 6M, 3Y, 2024, 2024-Q1, 2024-03; ${byDefault.join(',')} by default.`,
        example,
      }),
    ...range,
    date: date
      .optional()
      .meta({ description: 'The last day that counts; the last complete one by default.' }),
  };
}

const YEAR_TO_DATE = ['YTD'];

/** Of reports with a table for each period. */
export const TABLE_PERIODS = periodParameters(YEAR_TO_DATE, 'YTD');

interface PeriodQuery {
  readonly periods?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The periods of a report with a table for each. */
export function askedPeriods(query: PeriodQuery): NamedPeriod[] {
  return periodsOf(query, YEAR_TO_DATE, MOST_TABLES);
}

/**
 * The named periods, the custom one, or both; those by default when nothing is asked for.
 * @throws Problem naming each that is none, or that they are too many
 */
export function periodsOf(
  query: PeriodQuery,
  byDefault: readonly string[],
  most = MOST_PERIODS,
): NamedPeriod[] {
  const custom = query.from !== undefined || query.to !== undefined;
  const names = query.periods ?? (custom ? undefined : byDefault.join(','));
  const parsed = [
    ...(names === undefined ? [] : [parsePeriods(names)]),
    ...(custom ? [customPeriod(query.from, query.to)] : []),
  ];
  const errors = parsed.flatMap((one) => (one.ok ? [] : one.errors));
  if (errors.length > 0) throw invalidParameters(errors);
  const periods = parsed.flatMap((one) => (one.ok ? one.value : []));
  if (periods.length > most) throw invalidParameter('periods', 'too_many', `must be at most ${most} periods`);
  return periods;
}

function customPeriod(from: string | undefined, to: string | undefined) {
  const parsed = parseCustomPeriod(from, to);
  return parsed.ok ? { ok: true as const, value: [parsed.value] } : parsed;
}

/** What else a report is asked for, without what is left to its default. */
export function askedOf(query: { date?: string | undefined; currency?: string | undefined }): Asked {
  return {
    ...(query.date === undefined ? {} : { date: query.date }),
    ...(query.currency === undefined ? {} : { currency: query.currency }),
  };
}
