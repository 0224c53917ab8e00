/**
 * The part of the read model's port that looks into the positions of portfolios over many days. Ten years
 * of twenty positions are 73,000 rows, so they are summed where they are, and exactly: the sums of the
 * tables and those of a replay are the same to the last digit. Numbers are decimal texts.
 */
import type { DateRange } from './read-model.ts';

/**
 * What a day of positions whose portfolio is kept in `currency` is multiplied by. A list of them has the same
 * days, ascending, for each of its currencies, one after the other.
 */
export interface RatedDay {
  readonly currency: string;
  readonly date: string;
  /** Units of the report's currency for one of the portfolio's, at the day's opening and at its close. */
  readonly opening_rate: string;
  readonly closing_rate: string;
}

export interface GainDay extends RatedDay {
  /** Sums are made by interval: days of one follow each other, and each day is in one. */
  readonly interval: number;
  /** It is the first, and the last, day of its interval. */
  readonly opens: boolean;
  readonly closes: boolean;
  /** See `DayFactors`. */
  readonly contribution: string;
  readonly share: string;
}

/** Sums of a position over an interval, in the report's currency; gains are net of fees and taxes. */
export interface PositionGainRow {
  readonly portfolio_id: string;
  readonly security_id: string;
  readonly interval: number;
  readonly opening: string;
  readonly closing: string;
  readonly gain: string;
  readonly price: string;
  readonly income: string;
  readonly fees: string;
  readonly taxes: string;
  /** The five before, each times the day's contribution factor. */
  readonly linked_gain: string;
  readonly linked_price: string;
  readonly linked_income: string;
  readonly linked_fees: string;
  readonly linked_taxes: string;
  /** The days' opening values, each times the day's share. */
  readonly share: string;
}

/** What moved into a position from the others of its portfolio on a day when that does not cancel. */
export interface UnmatchedMovementRow {
  readonly portfolio_id: string;
  readonly date: string;
  readonly security_id: string;
  readonly currency: string;
  /** In base currency at the day's rate. */
  readonly amount: string;
}

export interface HeldSecurityRow {
  readonly portfolio_id: string;
  readonly security_id: string;
  readonly name: string | null;
  readonly currency: string;
  readonly type: string;
  readonly asset_class: string | null;
  readonly sector: string | null;
  readonly country: string | null;
}

export interface SegmentMember {
  readonly portfolio_id: string;
  readonly security_id: string;
  readonly segment: number;
}

/** The days of a segment's positions added up, in the report's currency. */
export interface SegmentDayRow {
  readonly segment: number;
  readonly date: string;
  readonly opening: string;
  readonly closing: string;
  readonly bod_external: string;
  readonly eod_external: string;
  /** From and to the other positions of the portfolios, those of the segment included. */
  readonly bod_internal: string;
  readonly eod_internal: string;
  readonly income: string;
  readonly fees: string;
  readonly taxes: string;
  /** What exchange rates gained; 0 unless asked for. */
  readonly currency_gain: string;
  readonly estimated: boolean;
}

export interface PositionReads {
  /**
   * By portfolio, security and interval; a position without a row in an interval has none of it. Days that
   * are not listed are left out.
   */
  positionGains(portfolioIds: readonly string[], days: readonly GainDay[]): Promise<PositionGainRow[]>;
  /** Of portfolios whose cash the books derive, by portfolio, date and security. */
  unmatchedMovements(portfolioIds: readonly string[], range: DateRange): Promise<UnmatchedMovementRow[]>;
  /** By portfolio and security; with what is known of the securities. */
  heldSecurities(portfolioIds: readonly string[]): Promise<HeldSecurityRow[]>;
  /** By segment and date. Days that are not listed are left out. */
  segmentDays(
    members: readonly SegmentMember[],
    days: readonly RatedDay[],
    currencyGains: boolean,
  ): Promise<SegmentDayRow[]>;
}
