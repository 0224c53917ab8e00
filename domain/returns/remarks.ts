/** What is to be said about a period's figures: flags on figures that are given, reasons for those that are not. */
import { isoDate, type Day } from '../dates.ts';
import { describeUndefined, type UndefinedDay } from './daily.ts';
import type { PeriodNote } from './periods.ts';
import type { XirrFailure } from './xirr.ts';

export type FlagCode =
  | PeriodNote
  /** Value appeared or vanished on a day without capital; that day links as 1. */
  | 'value_without_capital'
  /** Days without a row lie in the period, while nothing was held. */
  | 'linked_across_gap'
  | 'several_rates'
  | 'open_day'
  | 'estimated_values';

export interface Flag {
  readonly code: FlagCode;
  readonly message: string;
  /** The first day it concerns, where there is one. */
  readonly day?: Day;
}

export type Figure = 'all' | 'twr' | 'twr_annualized' | 'mwr' | 'mwr_holding_period' | 'modified_dietz';

export type ReasonCode =
  | 'outside_history'
  | 'missing_day'
  | 'no_capital'
  | 'below_one_year'
  | 'out_of_range'
  | UndefinedDay
  | XirrFailure;

/**
 * Why a figure is null; `all` stands for every figure that needs the days between, `twr` and `mwr` for what is
 * made of them as well.
 */
export interface Reason {
  readonly figure: Figure;
  readonly code: ReasonCode;
  readonly message: string;
  readonly day?: Day;
}

export function flag(code: FlagCode, day?: Day): Flag {
  return { code, message: flagText(code, day), ...(day === undefined ? {} : { day }) };
}

function flagText(code: FlagCode, day?: Day): string {
  switch (code) {
    case 'clipped_to_inception':
      return 'the period begins before the first day held; it is taken from that day on';
    case 'clipped_to_as_of':
      return 'the period ends after the day asked for; it is taken up to that day';
    case 'value_without_capital':
      return `the value changed on ${day === undefined ? 'a day' : isoDate(day)} without capital to earn a return; the day links as 1`;
    case 'linked_across_gap':
      return 'the period has days without a row while nothing was held; the return links across them';
    case 'several_rates':
      return 'several rates discount the flows to zero; the one nearest to the modified Dietz return is given';
    case 'open_day':
      return 'the period holds a day that is still open';
    case 'estimated_values':
      return 'values in the period rest on trade prices or old closes';
    default:
      return code satisfies never;
  }
}

export function outsideHistory(): Reason {
  return reason(
    'all',
    'outside_history',
    'the period has no day between the first day held and the day asked for',
  );
}

export function missingDay(day: Day): Reason {
  return reason('all', 'missing_day', `${isoDate(day)} has no complete value`, day);
}

export function undefinedDay(code: UndefinedDay, day: Day): Reason {
  return reason('twr', code, `${isoDate(day)} has no defined return: ${describeUndefined(code)}`, day);
}

export function noCapital(figure: Figure): Reason {
  return reason(figure, 'no_capital', 'there was no capital to earn a return');
}

export function notAnnualised(): Reason {
  return reason(
    'twr_annualized',
    'below_one_year',
    'the period is shorter than a year; annualize_short annualises it all the same',
  );
}

export function outOfRange(figure: Figure): Reason {
  return reason(figure, 'out_of_range', 'the rate is too extreme to be stated');
}

export function noRate(code: XirrFailure): Reason {
  switch (code) {
    case 'no_flows':
      return reason('mwr', code, 'there was neither a value nor a flow');
    case 'one_sign':
      return reason('mwr', code, 'money only went in or only came out, so that no rate balances it');
    case 'no_root':
      return reason('mwr', code, 'no rate discounts the flows to zero');
    default:
      return code satisfies never;
  }
}

function reason(figure: Figure, code: ReasonCode, message: string, day?: Day): Reason {
  return { figure, code, message, ...(day === undefined ? {} : { day }) };
}
