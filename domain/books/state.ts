/** The state of a key: the empty one, and its canonical JSON. */
import type { Day, Instant } from '../dates.ts';
import { decimal, format, sum, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import { costBaseOf } from './lots.ts';
import type { Lot, PositionState } from './model.ts';

const EMPTY: PositionState = {
  quantity: ZERO,
  cost: ZERO,
  costBase: ZERO,
  lots: [],
  realizedLocal: ZERO,
  realized: ZERO,
  realizedPrice: ZERO,
  realizedFx: ZERO,
  lastTrade: undefined,
  splits: [],
  everHeld: false,
};

/** A key before its first transaction. */
export function initialState(): PositionState {
  return EMPTY;
}

type Text = string | null;

/** The stored form. Quantity and costs are those of the lots and are not repeated. */
interface EncodedState {
  lots: [id: string, opened: Day, openedAt: Instant, quantity: string, cost: string, base: Text, fx: Text][];
  realized: [local: string, base: Text, price: Text, fx: Text];
  trade: [day: Day, price: string] | null;
  splits: [day: Day, ratio: string][];
  held: boolean;
}

function text(value: Decimal | null): Text {
  return value === null ? null : format(value);
}

function number(value: Text): Decimal | null {
  return value === null ? null : decimal(value);
}

/** Canonical JSON: equal states encode equally, whatever the scale of their decimals. */
export function encodeState(state: PositionState): string {
  const encoded: EncodedState = {
    lots: state.lots.map((lot) => [
      lot.id,
      lot.opened,
      lot.openedAt,
      format(lot.quantity),
      format(lot.cost),
      text(lot.costBase),
      text(lot.fxRate),
    ]),
    realized: [
      format(state.realizedLocal),
      text(state.realized),
      text(state.realizedPrice),
      text(state.realizedFx),
    ],
    trade: state.lastTrade ? [state.lastTrade.day, format(state.lastTrade.price)] : null,
    splits: state.splits.map((split) => [split.day, format(split.ratio)]),
    held: state.everHeld,
  };
  return JSON.stringify(encoded);
}

/** Reads what `encodeState` wrote, as text or already parsed. */
export function decodeState(json: unknown): PositionState {
  const encoded = (typeof json === 'string' ? JSON.parse(json) : json) as EncodedState;
  const lots: Lot[] = encoded.lots.map(([id, opened, openedAt, quantity, cost, base, fx]) => ({
    id,
    opened,
    openedAt,
    quantity: decimal(quantity),
    cost: decimal(cost),
    costBase: number(base),
    fxRate: number(fx),
  }));
  const [local, base, price, fx] = encoded.realized;
  return {
    quantity: sum(lots.map((lot) => lot.quantity)),
    cost: sum(lots.map((lot) => lot.cost)),
    costBase: costBaseOf(lots),
    lots,
    realizedLocal: decimal(local),
    realized: number(base),
    realizedPrice: number(price),
    realizedFx: number(fx),
    lastTrade: encoded.trade ? { day: encoded.trade[0], price: decimal(encoded.trade[1]) } : undefined,
    splits: encoded.splits.map(([day, ratio]) => ({ day, ratio: decimal(ratio) })),
    everHeld: encoded.held,
  };
}
