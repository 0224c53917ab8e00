/** What the members of a group hold, taken as the holdings of one. */
import { day as dayOf } from '../../domain/dates.ts';
import { add, decimal, format, isZero } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { conversionInto } from './conversion.ts';
import type { MemberSnapshotRow } from './group-rows.ts';
import type { ReadModel } from './read-model.ts';
import type { SnapshotRow, ValuationStatus } from './rows.ts';
import type { Subject } from './subject.ts';

export interface HeldRow extends SnapshotRow {
  /** Of a group: the members that hold it, by id with commas between. */
  readonly held_by?: string;
}

/** From the value best known to the one that is not known at all. */
const STATUSES: readonly ValuationStatus[] = ['PRICED', 'STALE', 'TRADE', 'UNVALUED'];

/**
 * The positions that any member has open on a day, summed by security, in the group's currency at the
 * day's rates. What is not known of one of them, or has no rate, is not known of their sum; nor is a price
 * that differs among them.
 */
export async function groupHoldings(
  model: ReadModel,
  { members, currency }: Subject,
  date: string,
): Promise<HeldRow[]> {
  const bases = new Map(members.map((member) => [member.portfolio_id, member.base_currency]));
  const rows = await model.memberSnapshots([...bases.keys()], date);
  const conversion = await conversionInto(currency, model, [...bases.values()], date);
  const converted = ({ portfolio_id: id }: MemberSnapshotRow, amount: Decimal): Decimal | null =>
    conversion.known(amount, bases.get(id)!, dayOf(date));
  const held = new Map<string, MemberSnapshotRow[]>();
  for (const row of rows) {
    if (isZero(decimal(row.quantity))) continue;
    const list = held.get(row.security_id);
    if (list) list.push(row);
    else held.set(row.security_id, [row]);
  }
  return [...held.values()].map((ofSecurity) => together(ofSecurity, converted));
}

type Amount = 'cost_basis' | 'market_value' | 'realized_gain' | 'realized_price_gain' | 'realized_fx_gain';

function together(
  rows: readonly MemberSnapshotRow[],
  converted: (row: MemberSnapshotRow, amount: Decimal) => Decimal | null,
): HeldRow {
  const [first] = rows as [MemberSnapshotRow, ...MemberSnapshotRow[]];
  const sumOf = (amountOf: (row: MemberSnapshotRow) => Decimal | null): string | null => {
    let sum: Decimal | null = null;
    for (const row of rows) {
      const amount = amountOf(row);
      if (amount === null) return null;
      sum = sum === null ? amount : add(sum, amount);
    }
    return sum && format(sum);
  };
  const base = (name: Amount) =>
    sumOf((row) => (row[name] === null ? null : converted(row, decimal(row[name]))));
  const local = (name: 'quantity' | 'cost_basis_local' | 'realized_gain_local') =>
    sumOf((row) => decimal(row[name]))!;
  const samePrice = rows.every(
    ({ market_price: price, price_date: date }) =>
      price !== null &&
      date === first.price_date &&
      format(decimal(price)) === format(decimal(first.market_price ?? '0')),
  );
  return {
    security_id: first.security_id,
    currency: first.currency,
    quantity: local('quantity'),
    cost_basis: base('cost_basis'),
    cost_basis_local: local('cost_basis_local'),
    market_price: samePrice ? first.market_price : null,
    price_date: samePrice ? first.price_date : null,
    market_value: base('market_value'),
    market_value_local: sumOf((row) =>
      row.market_value_local === null ? null : decimal(row.market_value_local),
    ),
    realized_gain: base('realized_gain'),
    realized_gain_local: local('realized_gain_local'),
    realized_price_gain: base('realized_price_gain'),
    realized_fx_gain: base('realized_fx_gain'),
    valuation_status: STATUSES.findLast((status) => rows.some((row) => row.valuation_status === status))!,
    epoch: Math.max(...rows.map((row) => row.epoch)),
    held_by: rows.map((row) => row.portfolio_id).join(','),
  };
}
