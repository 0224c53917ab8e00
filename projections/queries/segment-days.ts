/** The days of a subject's segments: its positions put together by an attribute. */
import { segmentReturnDay } from '../../domain/contribution/segment-day.ts';
import type { InternalFlows, SegmentAmounts } from '../../domain/contribution/segment-day.ts';
import { day as dayOf, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { add, decimal, multiply, subtract, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { ReturnDay } from '../../domain/returns/model.ts';
import { loadExchanges } from './contribution-sums.ts';
import { compareSegments, segmentId, segmentOf } from './dimension.ts';
import type { Dimension, Segment } from './dimension.ts';
import { internalFlowsByPosition } from './group-flows.ts';
import type { HeldSecurityRow, RatedDay, SegmentDayRow, SegmentMember } from './position-reads.ts';
import { ratedDays } from './rated-days.ts';
import type { SubjectSource } from './subject.ts';

export interface SegmentDays {
  readonly segment: Segment;
  readonly positions: number;
  readonly days: readonly ReturnDay[];
  /** What of each day's flows crossed the boundary of the whole. */
  readonly external: readonly { readonly bod: Decimal; readonly eod: Decimal }[];
  /** What exchange rates gained on each day; nothing unless asked for. */
  readonly currencyGains: readonly Decimal[];
}

/** Segments whose days are in memory together. */
const SEGMENTS_AT_ONCE = 16;

export interface SegmentScope {
  readonly by: Dimension;
  readonly internal: InternalFlows;
  /** The days of the whole. */
  readonly days: readonly Day[];
  readonly currency: string;
  /** Only these positions; all of them when absent. */
  readonly securityId?: string;
  /** Only the segments with this key; all of them when absent. */
  readonly key?: string;
  readonly withCurrencyGains?: boolean;
}

/**
 * Gives `work` each segment with its days, in the order of the segments; segments without a day are left
 * out. The days of only so many are in memory at once.
 */
export async function withSegmentDays<T>(
  source: SubjectSource,
  { by, internal, days, currency, securityId, key, withCurrencyGains = false }: SegmentScope,
  work: (segment: SegmentDays) => T,
): Promise<T[]> {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const all = await segmentsOf(source, by, securityId);
  const segments = key === undefined ? all : all.filter(({ segment }) => segment.key === key);
  if (segments.length === 0) return [];
  const rated = await ratedDays(source, days, currency);
  const corrections = await loadCorrections(source, rated, { from: isoDate(first), to: isoDate(last) });
  const openDate = source.subject.latest_date;
  const results: T[] = [];
  for (let start = 0; start < segments.length; start += SEGMENTS_AT_ONCE) {
    const some = segments.slice(start, start + SEGMENTS_AT_ONCE);
    const members = some.flatMap(({ held }, segment) =>
      held.map((row): SegmentMember => ({
        portfolio_id: row.portfolio_id,
        security_id: row.security_id,
        segment,
      })),
    );
    const rows = await source.model.segmentDays(members, rated, withCurrencyGains);
    for (const [index, { segment, held }] of some.entries()) {
      const amounts = corrected(
        rows.filter((row) => row.segment === index),
        held.flatMap((row) => corrections.get(`${row.portfolio_id}\n${row.security_id}`) ?? []),
      );
      const returnDays = amounts.map(({ date, estimated, ...of }) =>
        segmentReturnDay(dayOf(date), of, internal, { estimated, open: date === openDate }),
      );
      const external = amounts.map((of) => ({ bod: of.bodExternal, eod: of.eodExternal }));
      if (returnDays.length > 0)
        results.push(
          work({
            segment,
            positions: held.length,
            days: returnDays,
            external,
            currencyGains: amounts.map((of) => of.currencyGain),
          }),
        );
    }
  }
  return results;
}

interface SegmentOf {
  readonly segment: Segment;
  readonly held: readonly HeldSecurityRow[];
}

async function segmentsOf(
  { model, subject }: SubjectSource,
  by: Dimension,
  securityId: string | undefined,
): Promise<SegmentOf[]> {
  const held = await model.heldSecurities(subject.members.map((member) => member.portfolio_id));
  const found = new Map<string, { segment: Segment; held: HeldSecurityRow[] }>();
  for (const row of held) {
    if (securityId !== undefined && row.security_id !== securityId) continue;
    const segment = segmentOf(by, row);
    const known = found.get(segmentId(segment));
    if (known) known.held.push(row);
    else found.set(segmentId(segment), { segment, held: [row] });
  }
  return [...found.values()].sort((a, b) => compareSegments(a.segment, b.segment));
}

/** What a position's day is to be told apart by, in the report's currency. */
interface Correction {
  readonly date: string;
  /** A gain by the rate of an exchange: it came in by no flow. */
  readonly exchange: Decimal;
  /** External flows of a member that are internal to the group. */
  readonly bodMember: Decimal;
  readonly eodMember: Decimal;
}

/** By portfolio and security. */
async function loadCorrections(
  source: SubjectSource,
  rated: readonly RatedDay[],
  range: { readonly from: string; readonly to: string },
): Promise<Map<string, Correction[]>> {
  const { model, subject } = source;
  const bases = new Map(subject.members.map((member) => [member.portfolio_id, member.base_currency]));
  const rates = new Map(rated.map((day) => [`${day.currency} ${day.date}`, decimal(day.closing_rate)]));
  const found = new Map<string, Correction[]>();
  const note = (portfolioId: string, securityId: string, correction: Correction) => {
    const key = `${portfolioId}\n${securityId}`;
    const list = found.get(key);
    if (list) list.push(correction);
    else found.set(key, [correction]);
  };
  const rateOf = (portfolioId: string, date: string) =>
    rates.get(`${bases.get(portfolioId)} ${date}`) ?? ZERO;
  for (const { portfolioId, securityId, day, amount } of await loadExchanges(source, range)) {
    const date = isoDate(day);
    const exchange = multiply(amount, rateOf(portfolioId, date));
    note(portfolioId, securityId, { date, exchange, bodMember: ZERO, eodMember: ZERO });
  }
  for (const moved of await internalFlowsByPosition(model, subject.members, range)) {
    const rate = rateOf(moved.portfolioId, moved.date);
    note(moved.portfolioId, moved.securityId, {
      date: moved.date,
      exchange: ZERO,
      bodMember: multiply(moved.flows.bod, rate),
      eodMember: multiply(moved.flows.eod, rate),
    });
  }
  return found;
}

interface DatedAmounts extends SegmentAmounts {
  readonly date: string;
  readonly estimated: boolean;
  readonly currencyGain: Decimal;
}

function corrected(rows: readonly SegmentDayRow[], corrections: readonly Correction[]): DatedAmounts[] {
  const byDate = new Map<string, Correction[]>();
  for (const correction of corrections)
    byDate.set(correction.date, [...(byDate.get(correction.date) ?? []), correction]);
  return rows.map((row) =>
    (byDate.get(row.date) ?? []).reduce<DatedAmounts>(
      (day, { exchange, bodMember, eodMember }) => ({
        ...day,
        bodExternal: subtract(day.bodExternal, bodMember),
        eodExternal: subtract(day.eodExternal, eodMember),
        bodInternal: add(day.bodInternal, bodMember),
        eodInternal: subtract(add(day.eodInternal, eodMember), exchange),
        currencyGain: add(day.currencyGain, exchange),
      }),
      amountsOf(row),
    ),
  );
}

function amountsOf(row: SegmentDayRow): DatedAmounts {
  const of = (text: string) => (text === '0' ? ZERO : decimal(text));
  return {
    date: row.date,
    opening: of(row.opening),
    closing: of(row.closing),
    bodExternal: of(row.bod_external),
    eodExternal: of(row.eod_external),
    bodInternal: of(row.bod_internal),
    eodInternal: of(row.eod_internal),
    income: of(row.income),
    fees: of(row.fees),
    taxes: of(row.taxes),
    currencyGain: of(row.currency_gain),
    estimated: row.estimated,
  };
}
