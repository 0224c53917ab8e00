/** What each position of a subject gained over periods, as exact sums. */
import { exchangeResults } from '../../domain/contribution/exchanges.ts';
import type { ExchangeResult } from '../../domain/contribution/exchanges.ts';
import { dayFactors, linkedStretch } from '../../domain/contribution/factors.ts';
import type { DayFactors, LinkedStretch } from '../../domain/contribution/factors.ts';
import { addSums, NO_SUMS } from '../../domain/contribution/lines.ts';
import type { PartSums } from '../../domain/contribution/lines.ts';
import { causesOf, NO_CAUSES } from '../../domain/contribution/model.ts';
import { day as dayOf, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { decimal, divide, format, multiply, sum, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { ReturnChain } from '../../domain/returns/link.ts';
import { RETURN_SCALE } from '../../domain/returns/model.ts';
import type { Stretch } from '../../domain/returns/stretch.ts';
import type { GainDay, PositionGainRow, RatedDay } from './position-reads.ts';
import { keptByReader } from './kept.ts';
import { ratedDays } from './rated-days.ts';
import { subjectName } from './subject.ts';
import type { SubjectSource } from './subject.ts';

export interface PositionSums {
  readonly portfolioId: string;
  readonly securityId: string;
  readonly sums: PartSums;
}

export interface PeriodSums {
  readonly stretch: LinkedStretch;
  readonly positions: readonly PositionSums[];
  /** Of the days that move the return, per unit of the opening capital: what a unit of money weighs. */
  readonly factors: Decimal;
}

// A row of sums for each position and period: adding them up reads every day of every position.
const kept = keptByReader<readonly PeriodSums[]>((periods) =>
  periods.reduce((rows, { positions }) => rows + positions.length, 0),
);

/**
 * The sums of each stretch, in their order. The stretches must have rows.
 * @param chain of the subject's days (`loadBasis`): the very same one as long as the books and the rates are
 */
export async function contributionSums(
  source: SubjectSource,
  chain: ReturnChain,
  stretches: readonly Stretch[],
  currency: string,
): Promise<readonly PeriodSums[]> {
  if (stretches.length === 0) return [];
  const bounds = stretches.map(({ first, last }) => [first, last]);
  const name = JSON.stringify([subjectName(source), currency, chain.options, bounds]);
  return kept(source.reader).in(chain, name, () => sumUp(source, chain, stretches, currency));
}

async function sumUp(
  source: SubjectSource,
  chain: ReturnChain,
  stretches: readonly Stretch[],
  currency: string,
): Promise<PeriodSums[]> {
  const { model, subject } = source;
  const linked = stretches.map((stretch) => linkedStretch(chain, stretch));
  const factors = dayFactors(
    chain,
    Math.min(...stretches.map(({ first }) => first)),
    Math.max(...stretches.map(({ last }) => last)),
  );
  const intervals = intervalsOf(
    factors.map(({ day }) => day),
    linked,
  );
  const days = await gainDays(source, factors, intervals, currency);
  const portfolioIds = subject.members.map((member) => member.portfolio_id);
  const rows = await model.positionGains(portfolioIds, days);
  const exchanges = await loadExchanges(source, { from: days[0]!.date, to: days.at(-1)!.date });
  const exchanged = exchangedSums(source, exchanges, days);
  return linked.map((stretch) => {
    const positions = new Map<string, PositionSums>();
    const note = (portfolioId: string, securityId: string, sums: PartSums) => {
      const key = `${portfolioId}\n${securityId}`;
      const before = positions.get(key)?.sums ?? NO_SUMS;
      positions.set(key, { portfolioId, securityId, sums: addSums(before, sums) });
    };
    for (const row of rows) {
      const { first, last } = intervals[row.interval]!;
      if (first >= stretch.first && last <= stretch.last)
        note(row.portfolio_id, row.security_id, withinStretch(sumsOf(row), { first, last }, stretch));
    }
    for (const { day, portfolioId, securityId, sums } of exchanged)
      if (day >= stretch.first && day <= stretch.last)
        note(portfolioId, securityId, withinStretch(sums, { first: day, last: day }, stretch));
    const weighing = factors.filter(({ day }) => day >= stretch.first && day <= stretch.linkedTo);
    return {
      stretch,
      positions: [...positions.values()],
      factors: divide(sum(weighing.map(({ contribution }) => contribution)), stretch.growth, RETURN_SCALE),
    };
  });
}

/** Days between which no stretch begins or ends: each row is summed once, however many stretches it is in. */
interface Interval {
  readonly first: Day;
  readonly last: Day;
}

function intervalsOf(days: readonly Day[], stretches: readonly LinkedStretch[]): Interval[] {
  const starts = new Set(stretches.flatMap(({ first, last, linkedTo }) => [first, last + 1, linkedTo + 1]));
  const ascending = [...starts].sort((a, b) => a - b);
  const intervals: Interval[] = [];
  let next = 0;
  for (const day of days) {
    let begins = intervals.length === 0;
    // Days without a row may lie in between.
    for (; next < ascending.length && ascending[next]! <= day; next++) begins = true;
    const current = intervals.at(-1);
    if (begins || !current) intervals.push({ first: day, last: day });
    else intervals[intervals.length - 1] = { ...current, last: day };
  }
  return intervals;
}

async function gainDays(
  source: SubjectSource,
  factors: readonly DayFactors[],
  intervals: readonly Interval[],
  currency: string,
): Promise<GainDay[]> {
  const byDate = new Map<string, Omit<GainDay, keyof RatedDay>>();
  let interval = 0;
  for (const { day, contribution, share } of factors) {
    while (intervals[interval]!.last < day) interval += 1;
    byDate.set(isoDate(day), {
      interval,
      opens: intervals[interval]!.first === day,
      closes: intervals[interval]!.last === day,
      contribution: format(contribution),
      share: format(share),
    });
  }
  const rated = await ratedDays(
    source,
    factors.map(({ day }) => day),
    currency,
  );
  return rated.map((day) => ({ ...day, ...byDate.get(day.date)! }));
}

/** Of the sums of an interval in a stretch, those that count: the opening value is that of its first one. */
function withinStretch(sums: PartSums, { first, last }: Interval, stretch: LinkedStretch): PartSums {
  return {
    ...sums,
    opening: first === stretch.first ? sums.opening : ZERO,
    closing: last === stretch.last ? sums.closing : ZERO,
    linked: last <= stretch.linkedTo ? sums.linked : NO_CAUSES,
  };
}

function exchangedSums(
  source: SubjectSource,
  exchanges: readonly ExchangeResult[],
  days: readonly GainDay[],
): (ExchangeResult & { readonly sums: PartSums })[] {
  const baseOf = baseCurrencies(source);
  const rated = new Map(days.map((day) => [`${day.currency} ${day.date}`, day]));
  return exchanges.flatMap((exchange) => {
    const day = rated.get(`${baseOf(exchange.portfolioId)} ${isoDate(exchange.day)}`);
    return day ? [{ ...exchange, sums: exchangeSums(exchange, day) }] : [];
  });
}

/** What exchanges of currencies brought on days of a range, in base currency. */
export async function loadExchanges(
  source: SubjectSource,
  range: { readonly from: string; readonly to: string },
): Promise<ExchangeResult[]> {
  const rows = await source.model.unmatchedMovements(
    source.subject.members.map((member) => member.portfolio_id),
    range,
  );
  return exchangeResults(
    rows.map((row) => ({
      portfolioId: row.portfolio_id,
      day: dayOf(row.date),
      securityId: row.security_id,
      currency: row.currency,
      amount: decimal(row.amount),
    })),
    baseCurrencies(source),
  );
}

function baseCurrencies({ subject }: SubjectSource): (portfolioId: string) => string {
  const bases = new Map(subject.members.map((member) => [member.portfolio_id, member.base_currency]));
  return (portfolioId) => bases.get(portfolioId)!;
}

function sumsOf(row: PositionGainRow): PartSums {
  return {
    opening: decimal(row.opening),
    closing: decimal(row.closing),
    gain: causesOf(decimal(row.gain), {
      price: decimal(row.price),
      income: decimal(row.income),
      fees: decimal(row.fees),
      taxes: decimal(row.taxes),
    }),
    linked: causesOf(decimal(row.linked_gain), {
      price: decimal(row.linked_price),
      income: decimal(row.linked_income),
      fees: decimal(row.linked_fees),
      taxes: decimal(row.linked_taxes),
    }),
    share: decimal(row.share),
  };
}

/** It moves no value of a position: what came in was worth that much more than what went out. */
function exchangeSums({ amount }: ExchangeResult, day: GainDay): PartSums {
  const gain = multiply(amount, decimal(day.closing_rate));
  return {
    ...NO_SUMS,
    gain: { ...NO_CAUSES, currency: gain },
    linked: { ...NO_CAUSES, currency: multiply(gain, decimal(day.contribution)) },
  };
}
