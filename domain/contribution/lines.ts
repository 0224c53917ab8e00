/** The table of contributions of one period: lines that add up to the whole as printed. */
import {
  abs,
  add,
  AMOUNT_SCALE,
  compare,
  decimal,
  divide,
  isZero,
  negate,
  round,
  subtract,
  sum,
  ZERO,
  type Decimal,
} from '../decimal.ts';
import { FRACTION_SCALE, type ReturnOptions } from '../returns/model.ts';
import { apportion } from './apportion.ts';
import { addCauses, CAUSES, counted, COSTS, NO_CAUSES, totalOf, type Causes } from './model.ts';

/** A part's exact sums over a period, in the report's currency; costs are taken off. */
export interface PartSums {
  /** Value at the period's opening and at its close. */
  readonly opening: Decimal;
  readonly closing: Decimal;
  readonly gain: Causes;
  /** Gains times the days' contribution factors. */
  readonly linked: Causes;
  /** Opening values of the part's days times the days' shares. */
  readonly share: Decimal;
}

export const NO_SUMS: PartSums = {
  opening: ZERO,
  closing: ZERO,
  gain: NO_CAUSES,
  linked: NO_CAUSES,
  share: ZERO,
};

export function addSums(a: PartSums, b: PartSums): PartSums {
  return {
    opening: add(a.opening, b.opening),
    closing: add(a.closing, b.closing),
    gain: addCauses(a.gain, b.gain),
    linked: addCauses(a.linked, b.linked),
    share: add(a.share, b.share),
  };
}

/** The period of the whole, as performance states it. */
export interface WholePeriod {
  /** `null` where the period has no return. */
  readonly twr: Decimal | null;
  readonly begin: Decimal;
  readonly end: Decimal;
  /** External flows, net. */
  readonly flows: Decimal;
  readonly gain: Decimal;
  /** Growth that the sums of `linked` are to be divided by. */
  readonly growth: Decimal;
  readonly weighedDays: number;
}

/** How far sums may be off without anything being wrong: what conversion rounded in the whole's days. */
export interface Tolerance {
  readonly gain: Decimal;
  readonly contribution: Decimal;
}

export interface Line {
  readonly averageWeight: Decimal | null;
  readonly contribution: Decimal | null;
  /** Of an amount that no cause is known of there are none. */
  readonly contributionBy: Causes | null;
  readonly begin: Decimal;
  readonly end: Decimal;
  /** `begin + flows + gain = end` on a net basis. */
  readonly flows: Decimal;
  readonly gain: Decimal;
  readonly gainBy: Causes | null;
}

export interface ContributionTable {
  /** In the order of the parts. */
  readonly lines: readonly Line[];
  /** What of the whole's gain is no part's; absent when nothing is. */
  readonly unattributed?: Line;
  readonly total: Line;
}

/** Places of a quotient before it is printed. */
const QUOTIENT_SCALE = 40;

export function contributionTable(
  parts: readonly PartSums[],
  whole: WholePeriod,
  options: ReturnOptions,
  tolerance: Tolerance,
): ContributionTable {
  const gains = parts.map((part) => counted(part.gain, options));
  const linked = parts.map((part) => over(counted(part.linked, options), whole.growth));
  const restGain = subtract(whole.gain, sum(gains.map(totalOf)));
  const restLinked = whole.twr === null ? ZERO : subtract(whole.twr, sum(linked.map(totalOf)));
  const isRest = exceeds(restGain, tolerance.gain) || exceeds(restLinked, tolerance.contribution);
  const sums = isRest ? [...parts, NO_SUMS] : parts;
  // The rest goes through the same rounding as the parts; its cause is not known.
  const rest = (value: Decimal): Causes[] => (isRest ? [{ ...NO_CAUSES, price: value }] : []);
  const money = split([...gains, ...rest(restGain)], whole.gain, AMOUNT_SCALE);
  const returns =
    whole.twr === null
      ? undefined
      : split([...linked, ...rest(restLinked)], round(whole.twr, FRACTION_SCALE), FRACTION_SCALE);
  const begins = apportion(
    sums.map((part) => part.opening),
    whole.begin,
    AMOUNT_SCALE,
  );
  const ends = apportion(
    sums.map((part) => part.closing),
    whole.end,
    AMOUNT_SCALE,
  );
  const netGain = subtract(subtract(whole.end, whole.begin), whole.flows);
  const backs = apportion(
    [...parts.map((part, i) => subtract(totalOf(gains[i]!), totalOf(part.gain))), ...(isRest ? [ZERO] : [])],
    subtract(whole.gain, netGain),
    AMOUNT_SCALE,
  );
  const weights = averageWeights(sums, whole);
  const lines = sums.map((_, i): Line => {
    const known = i < parts.length;
    const gain = money.totals[i]!;
    return {
      averageWeight: weights?.[i] ?? null,
      contribution: returns?.totals[i] ?? null,
      contributionBy: (known && returns?.causes[i]) || null,
      begin: begins[i]!,
      end: ends[i]!,
      flows: add(subtract(subtract(ends[i]!, begins[i]!), gain), backs[i]!),
      gain,
      gainBy: known ? money.causes[i]! : null,
    };
  });
  const ofParts = lines.slice(0, parts.length);
  const unattributed = lines[parts.length];
  return {
    lines: ofParts,
    ...(unattributed === undefined ? {} : { unattributed }),
    total: totalLine(ofParts, whole, weights),
  };
}

function totalLine(lines: readonly Line[], whole: WholePeriod, weights: Decimal[] | undefined): Line {
  const causes = (of: (line: Line) => Causes | null) =>
    lines.reduce((total, line) => addCauses(total, of(line) ?? NO_CAUSES), NO_CAUSES);
  return {
    averageWeight: weights === undefined ? null : sum(weights),
    contribution: whole.twr === null ? null : round(whole.twr, FRACTION_SCALE),
    contributionBy: whole.twr === null ? null : causes((line) => line.contributionBy),
    begin: whole.begin,
    end: whole.end,
    flows: whole.flows,
    gain: whole.gain,
    gainBy: causes((line) => line.gainBy),
  };
}

/** Sums of shares over the days, at printed places and with a printed sum. */
function averageWeights(
  parts: readonly PartSums[],
  { twr, weighedDays }: WholePeriod,
): Decimal[] | undefined {
  if (twr === null || weighedDays === 0) return undefined;
  const weights = parts.map((part) => divide(part.share, decimal(weighedDays), QUOTIENT_SCALE));
  return apportion(weights, round(sum(weights), FRACTION_SCALE), FRACTION_SCALE);
}

/** Each part to the total, and each part's causes to the part. */
function split(
  parts: readonly Causes[],
  total: Decimal,
  scale: number,
): { totals: Decimal[]; causes: Causes[] } {
  // Without a part there is nothing to add up to a total, which then is nothing too.
  const totals = parts.length === 0 ? [] : apportion(parts.map(totalOf), total, scale);
  return { totals, causes: parts.map((part, i) => splitCauses(part, totals[i]!, scale)) };
}

function splitCauses(causes: Causes, total: Decimal, scale: number): Causes {
  const signed = CAUSES.map((cause) => (COSTS.has(cause) ? negate(causes[cause]) : causes[cause]));
  const [price, currency, income, fees, taxes] = apportion(signed, total, scale);
  return {
    price: price!,
    currency: currency!,
    income: income!,
    fees: negate(fees!),
    taxes: negate(taxes!),
  };
}

function over(causes: Causes, growth: Decimal): Causes {
  const each = (value: Decimal) => (isZero(value) ? ZERO : divide(value, growth, QUOTIENT_SCALE));
  return {
    price: each(causes.price),
    currency: each(causes.currency),
    income: each(causes.income),
    fees: each(causes.fees),
    taxes: each(causes.taxes),
  };
}

function exceeds(value: Decimal, limit: Decimal): boolean {
  return compare(abs(value), limit) > 0;
}
