/** The day rows of a key: what it was worth, what flowed, what it earned and cost. */
import type { Day } from '../dates.ts';
import { add, multiplyAmount, ONE, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import { priceOf, toBase } from './booking.ts';
import type {
  DayRow,
  Effect,
  KeyDetails,
  Market,
  Opening,
  PositionState,
  PricePoint,
  ValuationStatus,
} from './model.ts';

export interface Stretch {
  readonly from: Day;
  /** The last day to make, itself included. */
  readonly to: Day;
  /** The row of the day before `from`, if there is one. */
  readonly opening: Opening | undefined;
  readonly key: KeyDetails;
  /** The state at the end of the day before `from`. */
  readonly state: PositionState;
  /** The key's effects from `from` on, in the order of the fold. */
  readonly effects: readonly Effect[];
  readonly market: Market;
}

/** What one day's effects add up to. */
type Movements = Pick<
  Effect,
  | 'bodFlow'
  | 'eodFlow'
  | 'bodExternal'
  | 'eodExternal'
  | 'bodExternalBase'
  | 'eodExternalBase'
  | 'income'
  | 'fees'
  | 'taxes'
  | 'incomeBase'
  | 'feesBase'
  | 'taxesBase'
>;

const QUIET: Movements = {
  bodFlow: ZERO,
  eodFlow: ZERO,
  bodExternal: ZERO,
  eodExternal: ZERO,
  bodExternalBase: ZERO,
  eodExternalBase: ZERO,
  income: ZERO,
  fees: ZERO,
  taxes: ZERO,
  incomeBase: ZERO,
  feesBase: ZERO,
  taxesBase: ZERO,
};

/** A sum with something unknown in it is unknown. */
function plus(a: Decimal | null, b: Decimal | null): Decimal | null {
  return a === null || b === null ? null : add(a, b);
}

function together(a: Movements, b: Movements): Movements {
  if (a === QUIET) return b;
  return {
    bodFlow: plus(a.bodFlow, b.bodFlow),
    eodFlow: plus(a.eodFlow, b.eodFlow),
    bodExternal: plus(a.bodExternal, b.bodExternal),
    eodExternal: plus(a.eodExternal, b.eodExternal),
    bodExternalBase: plus(a.bodExternalBase, b.bodExternalBase),
    eodExternalBase: plus(a.eodExternalBase, b.eodExternalBase),
    income: add(a.income, b.income),
    fees: add(a.fees, b.fees),
    taxes: add(a.taxes, b.taxes),
    incomeBase: plus(a.incomeBase, b.incomeBase),
    feesBase: plus(a.feesBase, b.feesBase),
    taxesBase: plus(a.taxesBase, b.taxesBase),
  };
}

function statusOf(point: PricePoint | undefined, state: PositionState, day: Day): ValuationStatus {
  if (point === undefined) return 'UNVALUED';
  if (point === state.lastTrade) return 'TRADE';
  return point.day < day ? 'STALE' : 'PRICED';
}

/**
 * Rows for every day on which the key is active (held at its end, or anything happened on it) and for the
 * day after, which shows that nothing is left. A row's beginning is the row before's end, exactly.
 *
 * A position of no units is worth 0 at any price and rate; its row is `PRICED` without a price. What does
 * not change from day to day is the same object in both rows.
 */
export function valueDays({ from, to, opening, key, state: before, effects, market }: Stretch): DayRow[] {
  const rows: DayRow[] = [];
  let state = before;
  let wasActive = opening?.active ?? false;
  let value: Decimal | null = opening ? opening.marketValue : ZERO;
  let valueBase: Decimal | null = opening ? opening.marketValueBase : ZERO;
  let rate: Decimal | null = opening ? opening.fxRate : (market.fx(key.currency, from - 1) ?? null);
  // What the value of the last row was made of, to make it again only when one of them changes.
  let valuedAt: Decimal | undefined;
  let valuedUnits: Decimal | undefined;
  let valuedRate: Decimal | null | undefined;
  let next = 0;

  for (let day = from; day <= to; day++) {
    let movements = QUIET;
    while (next < effects.length && effects[next]!.day <= day) {
      const effect = effects[next++]!;
      state = effect.after;
      if (effect.day === day) movements = together(movements, effect);
    }
    const active = movements !== QUIET || state.quantity.coefficient !== 0n;
    if (!active && !wasActive) {
      const following = effects[next];
      if (following === undefined) break;
      day = following.day - 1;
      rate = market.fx(key.currency, day) ?? null;
      continue;
    }
    const [bodValue, bodValueBase, bodRate] = [value, valueBase, rate];
    rate = market.fx(key.currency, day) ?? null;
    let point: PricePoint | undefined;
    let status: ValuationStatus = 'PRICED';
    if (state.quantity.coefficient === 0n) {
      value = valueBase = ZERO;
      valuedUnits = undefined;
    } else {
      point = priceOf(market, key, state, day);
      status = statusOf(point, state, day);
      const price = point?.price;
      const same = price !== undefined && price === valuedAt && state.quantity === valuedUnits;
      if (!same) {
        value =
          price === undefined ? null : price === ONE ? state.quantity : multiplyAmount(state.quantity, price);
        valuedAt = price;
        valuedUnits = state.quantity;
      }
      if (!same || rate !== valuedRate) valueBase = value === null ? null : toBase(value, rate);
      valuedRate = rate;
    }
    rows.push({
      day,
      bodMarketValue: bodValue,
      bodFlow: movements.bodFlow,
      eodFlow: movements.eodFlow,
      bodExternal: movements.bodExternal,
      eodExternal: movements.eodExternal,
      eodMarketValue: value,
      income: movements.income,
      fees: movements.fees,
      taxes: movements.taxes,
      quantity: state.quantity,
      cost: state.cost,
      bodFxRate: bodRate,
      fxRate: rate,
      status,
      bodMarketValueBase: bodValueBase,
      bodExternalBase: movements.bodExternalBase,
      eodExternalBase: movements.eodExternalBase,
      eodMarketValueBase: valueBase,
      incomeBase: movements.incomeBase,
      feesBase: movements.feesBase,
      taxesBase: movements.taxesBase,
      costBase: state.costBase,
      price: point === undefined ? null : point.price,
      priceDay: point === undefined ? null : point.day,
      realizedLocal: state.realizedLocal,
      realized: state.realized,
      realizedPrice: state.realizedPrice,
      realizedFx: state.realizedFx,
      active,
    });
    wasActive = active;
  }
  return rows;
}
