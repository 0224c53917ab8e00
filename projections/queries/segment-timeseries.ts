/** The days of one segment of a portfolio or group, or coarser rows whose returns link to those of the days. */
import { weightIn } from '../../domain/contribution/weights.ts';
import { isoDate } from '../../domain/dates.ts';
import { formatMoney } from '../../domain/decimal.ts';
import { formatFraction } from '../../domain/returns/model.ts';
import type { Quality, ReturnDay, ReturnOptions } from '../../domain/returns/model.ts';
import { resample } from '../../domain/returns/resample.ts';
import type { Frequency } from '../../domain/returns/resample.ts';
import { returnConventions } from './conventions.ts';
import type { ReturnConventions } from './conventions.ts';
import type { SharedDimension } from './benchmark-segments.ts';
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found, rejected } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { DateRange, Page } from './read-model.ts';
import { withSegmentDays } from './segment-days.ts';
import { loadDays } from './subject-days.ts';
import { subjectHead } from './subject.ts';
import type { SubjectHead, SubjectRef } from './subject.ts';

export interface SegmentTimeseriesRow {
  /** The last day of the row, and the first one. */
  readonly date: string;
  readonly from: string;
  readonly bod_market_value: string;
  readonly bod_cashflow: string;
  readonly eod_cashflow: string;
  readonly eod_market_value: string;
  readonly income: string;
  readonly fees: string;
  readonly taxes: string;
  /** In the whole's value at the row's close; `null` where that is not above zero. */
  readonly weight: string | null;
  readonly quality: Quality;
  readonly twr: string | null;
  /** Growth of 1 from the opening of the first row. */
  readonly index: string | null;
}

export interface SegmentTimeseries extends Paged<SegmentTimeseriesRow, string>, SubjectHead {
  readonly currency: string;
  readonly by: SeriesDimension;
  readonly key: string;
  readonly frequency: Frequency;
  readonly conventions: ReturnConventions;
  readonly complete_through: string | null;
}

/** What a segment is told from others by with one key. */
export type SeriesDimension = SharedDimension | 'portfolio';

export interface SegmentTimeseriesQuery extends DateRange {
  readonly by: SeriesDimension;
  readonly key: string;
  readonly frequency: Frequency;
  readonly currency?: string;
  readonly options: ReturnOptions;
}

/**
 * The rows of a range, on the days on which any position of the segment has one; the key of a page is its
 * last date.
 * @returns rejected for `key` with `unknown_segment` where nothing of it was held in the range
 */
export function segmentTimeseries(
  reader: Reader,
  ref: SubjectRef,
  { by, key, frequency, options, ...query }: SegmentTimeseriesQuery,
  page: Page<string>,
  context: ReadContext = {},
): Promise<Reading<SegmentTimeseries>> {
  return reader.subject(ref, context, async (source) => {
    const { subject } = source;
    const currency = query.currency ?? subject.currency;
    const loaded = await loadDays(source, query, query.currency);
    if (loaded.status !== 'found') return loaded;
    const whole = loaded.value.days;
    const [own] = await withSegmentDays(
      source,
      { by, key, internal: 'netted', days: whole.map(({ day }) => day), currency },
      ({ days }) => days,
    );
    if (!own) return rejected('key', 'unknown_segment', `must be a segment by ${by}: nothing of it was held`);
    const rows = rowsOf(own, whole, frequency, options);
    const paged = await pageOf(
      page.limit,
      (limit) => {
        const { after } = page;
        const following = after === undefined ? rows : rows.filter((row) => row.date > after);
        return Promise.resolve(following.slice(0, limit));
      },
      (row) => row.date,
    );
    return found({
      ...subjectHead(subject),
      currency,
      by,
      key,
      frequency,
      conventions: returnConventions(options, subject),
      complete_through: subject.complete_through,
      ...paged,
    });
  });
}

function rowsOf(
  own: readonly ReturnDay[],
  whole: readonly ReturnDay[],
  frequency: Frequency,
  options: ReturnOptions,
): SegmentTimeseriesRow[] {
  const closes = new Map(whole.map(({ day, eodMarketValue }) => [day, eodMarketValue]));
  return resample(own, frequency, options).map((row) => ({
    date: isoDate(row.to),
    from: isoDate(row.from),
    bod_market_value: formatMoney(row.bodMarketValue),
    bod_cashflow: formatMoney(row.bodCashflow),
    eod_cashflow: formatMoney(row.eodCashflow),
    eod_market_value: formatMoney(row.eodMarketValue),
    income: formatMoney(row.income),
    fees: formatMoney(row.fees),
    taxes: formatMoney(row.taxes),
    weight: formatFraction(weightIn(row.eodMarketValue, closes.get(row.to)!)),
    quality: row.quality,
    twr: formatFraction(row.twr),
    index: formatFraction(row.index),
  }));
}
