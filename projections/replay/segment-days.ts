/** The days of segments, summed over replays. */
import { currencyGain, positionDay } from '../../domain/contribution/position-day.ts';
import type { DayRates, PositionDay } from '../../domain/contribution/position-day.ts';
import { isEstimated } from '../../domain/books/aggregate.ts';
import { day as dayOf, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { add, decimal, format, multiply, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { RatedDay, SegmentDayRow, SegmentMember } from '../queries/position-reads.ts';
import type { Replay } from './read-model.ts';

/** The rates of a day, as decimals. */
export function ratesOf(day: RatedDay): DayRates {
  return { opening: decimal(day.opening_rate), closing: decimal(day.closing_rate) };
}

const SEGMENT_AMOUNTS = [
  'opening',
  'closing',
  'bod_external',
  'eod_external',
  'bod_internal',
  'eod_internal',
  'income',
  'fees',
  'taxes',
  'currency_gain',
] as const;
type SegmentAmounts = Record<(typeof SEGMENT_AMOUNTS)[number], Decimal> & { estimated: boolean };

/** By segment and date. */
export function segmentDays(
  replays: readonly Replay[],
  members: readonly SegmentMember[],
  days: readonly RatedDay[],
  currencyGains: boolean,
): SegmentDayRow[] {
  const rates = new Map(days.map((day) => [`${day.currency} ${dayOf(day.date)}`, ratesOf(day)]));
  const folded = new Map(
    replays.map((replay) => [replay.folded.record.settings.portfolio_id, replay.folded]),
  );
  const segments = new Map<number, Map<Day, SegmentAmounts>>();
  for (const { portfolio_id, security_id, segment } of members) {
    const portfolio = folded.get(portfolio_id);
    const currency = portfolio?.record.settings.base_currency;
    const sums = segments.get(segment) ?? new Map<Day, SegmentAmounts>();
    segments.set(segment, sums);
    for (const row of portfolio?.keys.get(security_id)?.rows ?? []) {
      const of = rates.get(`${currency} ${row.day}`);
      const position = of && positionDay(row);
      if (!of || !position) continue;
      const amounts = {
        ...inSegment(position, of),
        currency_gain: currencyGains ? currencyGain(position, of) : ZERO,
        estimated: isEstimated(row),
      };
      const known = sums.get(row.day);
      sums.set(row.day, known ? together(known, amounts) : amounts);
    }
  }
  return [...segments]
    .sort(([a], [b]) => a - b)
    .flatMap(([segment, sums]) =>
      [...sums]
        .sort(([a], [b]) => a - b)
        .map(([day, amounts]) => ({ segment, date: isoDate(day), ...texts(amounts) })),
    );
}

function inSegment(
  position: PositionDay,
  rates: DayRates,
): Omit<SegmentAmounts, 'currency_gain' | 'estimated'> {
  const atClose = (amount: Decimal) => multiply(amount, rates.closing);
  return {
    opening: multiply(position.opening, rates.opening),
    closing: atClose(position.closing),
    bod_external: atClose(position.bodExternal),
    eod_external: atClose(position.eodExternal),
    bod_internal: atClose(position.bodInternal),
    eod_internal: atClose(position.eodInternal),
    income: atClose(position.income),
    fees: atClose(position.fees),
    taxes: atClose(position.taxes),
  };
}

function together(a: SegmentAmounts, b: SegmentAmounts): SegmentAmounts {
  const sums = { ...a, estimated: a.estimated || b.estimated };
  for (const name of SEGMENT_AMOUNTS) sums[name] = add(a[name], b[name]);
  return sums;
}

function texts(amounts: SegmentAmounts): Omit<SegmentDayRow, 'segment' | 'date'> {
  const { estimated, ...sums } = amounts;
  return {
    opening: format(sums.opening),
    closing: format(sums.closing),
    bod_external: format(sums.bod_external),
    eod_external: format(sums.eod_external),
    bod_internal: format(sums.bod_internal),
    eod_internal: format(sums.eod_internal),
    income: format(sums.income),
    fees: format(sums.fees),
    taxes: format(sums.taxes),
    currency_gain: format(sums.currency_gain),
    estimated,
  };
}
