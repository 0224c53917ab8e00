/** Contributions as replies show them. */
import type { Causes } from '../../domain/contribution/model.ts';
import type { Line } from '../../domain/contribution/lines.ts';
import { format, formatMoney } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { Segment } from './dimension.ts';

/**
 * Contributions and weights are fractions, money is in the report's currency. The causes of a figure add up
 * to it: price + currency + income − fees − taxes.
 */
export interface ContributionLine {
  readonly kind: 'part' | 'unattributed' | 'total';
  readonly key: string;
  readonly name: string | null;
  readonly portfolio_id: string | null;
  /** Positions that the line is the sum of. */
  readonly positions: number;
  readonly average_weight: string | null;
  readonly contribution: string | null;
  readonly contribution_price: string | null;
  readonly contribution_currency: string | null;
  readonly contribution_income: string | null;
  readonly contribution_fees: string | null;
  readonly contribution_taxes: string | null;
  readonly begin_market_value: string | null;
  readonly end_market_value: string | null;
  readonly flows: string | null;
  readonly gain: string | null;
  readonly gain_price: string | null;
  readonly gain_currency: string | null;
  readonly gain_income: string | null;
  readonly gain_fees: string | null;
  readonly gain_taxes: string | null;
}

type LineHead = Pick<ContributionLine, 'kind' | 'key' | 'name' | 'portfolio_id' | 'positions'>;

export function partHead(segment: Segment, positions: number): LineHead {
  return { kind: 'part', ...segment, positions };
}

/** What of the gain belongs to no position, and all of them together. */
export function wholeHead(kind: 'unattributed' | 'total', positions: number): LineHead {
  return { kind, key: kind, name: null, portfolio_id: null, positions };
}

export function contributionLine(head: LineHead, line: Line): ContributionLine {
  const contribution = causes(line.contributionBy, fraction);
  const gain = causes(line.gainBy, formatMoney);
  return {
    ...head,
    average_weight: line.averageWeight && fraction(line.averageWeight),
    contribution: line.contribution && fraction(line.contribution),
    contribution_price: contribution.price,
    contribution_currency: contribution.currency,
    contribution_income: contribution.income,
    contribution_fees: contribution.fees,
    contribution_taxes: contribution.taxes,
    begin_market_value: formatMoney(line.begin),
    end_market_value: formatMoney(line.end),
    flows: formatMoney(line.flows),
    gain: formatMoney(line.gain),
    gain_price: gain.price,
    gain_currency: gain.currency,
    gain_income: gain.income,
    gain_fees: gain.fees,
    gain_taxes: gain.taxes,
  };
}

/** A period of which nothing can be said. */
export function unknownTotal(): ContributionLine {
  return {
    ...wholeHead('total', 0),
    average_weight: null,
    contribution: null,
    contribution_price: null,
    contribution_currency: null,
    contribution_income: null,
    contribution_fees: null,
    contribution_taxes: null,
    begin_market_value: null,
    end_market_value: null,
    flows: null,
    gain: null,
    gain_price: null,
    gain_currency: null,
    gain_income: null,
    gain_fees: null,
    gain_taxes: null,
  };
}

/** Rounded already, so that it adds up as printed. */
function fraction(value: Decimal): string {
  return format(value);
}

type CauseTexts = Record<keyof Causes, string | null>;

function causes(of: Causes | null, print: (value: Decimal) => string): CauseTexts {
  const text = (value: Decimal | undefined) => (value === undefined ? null : print(value));
  return {
    price: text(of?.price),
    currency: text(of?.currency),
    income: text(of?.income),
    fees: text(of?.fees),
    taxes: text(of?.taxes),
  };
}
