/** What a holder books when something happens to a security. */
import { ZERO, decimal, format, fromNumber, sign } from '../../domain/decimal.ts';
import type { Action } from './actions.ts';
import { held, record } from './book.ts';
import type { SecuritySpec } from './catalogue.ts';
import { closeOut } from './orders.ts';
import type { Desk } from './orders.ts';

/** Withheld from dividends at the source, by the payer's country; coupons only where it says so. */
const WITHHOLDING: Readonly<Record<string, number>> = { US: 0.15, DE: 0.26375, CH: 0.35, FR: 0.25, ES: 0.19 };

function withheld(spec: SecuritySpec, kind: 'dividend' | 'coupon', gross: number): number {
  const rate = WITHHOLDING[spec.country ?? ''] ?? 0;
  return kind === 'dividend' || spec.country === 'CH' ? rate * gross : 0;
}

/** Books an action for what the desk's portfolio holds; nothing when it holds none. */
export function bookAction(desk: Desk, action: Action, index: number): void {
  const quantity = held(desk.book, action.id);
  const spec = desk.specs.get(action.id);
  if (!spec || sign(quantity) === 0) return;
  const units = Number(format(quantity));
  const at = { id: action.id, currency: spec.currency, day: desk.market.days[index]! };
  switch (action.kind) {
    case 'split':
      record(desk.book, { type: 'SPLIT', ...at, time: '07:00:00', ratio: action.ratio });
      return;
    case 'spin-off':
      record(desk.book, {
        type: 'SPIN_OFF',
        ...at,
        time: '07:00:00',
        ratio: action.ratio,
        target: action.target,
        extra: { cost_fraction: action.fraction },
      });
      return;
    case 'merger':
    case 'exchange': {
      const gross = fromNumber(units * action.cashPerUnit, 2);
      const type = action.kind === 'merger' ? 'MERGER' : 'EXCHANGE';
      const { ratio, target } = action;
      record(desk.book, {
        type,
        ...at,
        time: '07:00:00',
        ratio,
        target,
        gross: sign(gross) > 0 ? gross : ZERO,
      });
      return;
    }
    case 'redemption':
      return closeOut(desk, action.id, index, { price: '100.000', note: 'redeemed at maturity' });
    case 'last-trade':
      return closeOut(desk, action.id, index, { note: 'before the delisting' });
    case 'dividend':
    case 'coupon': {
      const gross = fromNumber(units * action.perUnit, 2);
      if (sign(gross) <= 0) return;
      const taxes = fromNumber(withheld(spec, action.kind, Number(format(gross))), 2);
      const type = action.kind === 'coupon' ? 'INTEREST' : 'DIVIDEND';
      record(desk.book, { type, ...at, time: '10:00:00', gross, taxes });
      return;
    }
    case 'capital': {
      const gross = fromNumber(units * action.perUnit, 2);
      if (sign(gross) <= 0) return;
      record(desk.book, { type: 'RETURN_OF_CAPITAL', ...at, time: '10:00:00', gross });
      return;
    }
    default:
      action satisfies never;
  }
}

/** Moves a part of a holding from one portfolio to another, at what it is worth that day. */
export function handOver(
  from: Desk,
  to: Desk | undefined,
  id: string,
  quantity: { readonly units: string; readonly price: string; readonly value: string },
  index: number,
): void {
  const spec = from.specs.get(id);
  if (!spec) return;
  const at = { id, currency: spec.currency, day: from.market.days[index]!, time: '12:00:00' };
  const moved = {
    ...at,
    quantity: decimal(quantity.units),
    price: quantity.price,
    gross: decimal(quantity.value),
  };
  record(from.book, { type: 'TRANSFER_OUT', ...moved, extra: { note: 'to another portfolio of the house' } });
  if (to) record(to.book, { type: 'TRANSFER_IN', ...moved, extra: { note: 'from another portfolio' } });
}
