/** What a portfolio or group holds at the close of a day. */
import { decimal, divide, format, formatMoney, isZero, subtract, sum } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { groupHoldings } from './group-holdings.ts';
import type { HeldRow } from './group-holdings.ts';
import { moneyOrNull, moneyText, plainOrNull, plainText } from './numbers.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { SnapshotRow, ValuationStatus } from './rows.ts';
import { subjectHead } from './subject.ts';
import type { SubjectHead, SubjectRef, SubjectSource } from './subject.ts';

const WEIGHT_SCALE = 10;

export interface Positions extends SubjectHead {
  /** `null` for a subject without any day yet. */
  readonly date: string | null;
  readonly currency: string;
  readonly complete_through: string | null;
  readonly positions: readonly PositionView[];
}

/** `_local` amounts are in the security's currency, the others in the subject's. */
export interface PositionView {
  readonly security_id: string;
  readonly currency: string;
  readonly quantity: string;
  readonly cost_basis: string | null;
  readonly cost_basis_local: string;
  readonly market_price: string | null;
  readonly price_date: string | null;
  readonly market_value: string | null;
  readonly market_value_local: string | null;
  readonly unrealized_gain: string | null;
  readonly unrealized_gain_local: string | null;
  readonly realized_gain: string | null;
  readonly realized_gain_local: string;
  readonly realized_price_gain: string | null;
  readonly realized_fx_gain: string | null;
  /** Fraction of the subject's value; `null` while a value is missing. */
  readonly weight: string | null;
  readonly valuation_status: ValuationStatus;
  readonly epoch: number;
  /** Of a group: the members that hold it, by id with commas between. */
  readonly held_by?: string;
}

/** The open positions on a date, by default the latest day that has rows. */
export function positionsOn(
  reader: Reader,
  ref: SubjectRef,
  query: { readonly date?: string } = {},
  context: ReadContext = {},
): Promise<Reading<Positions>> {
  return reader.subject(ref, context, async (source) => {
    const { subject } = source;
    const date = query.date ?? subject.latest_date;
    const open = date === null ? [] : await heldOn(source, date);
    const total = totalOf(open);
    return found({
      ...subjectHead(subject),
      date,
      currency: subject.currency,
      complete_through: subject.complete_through,
      positions: open.map((row) => positionView(row, total)),
    });
  });
}

async function heldOn({ model, subject }: SubjectSource, date: string): Promise<readonly HeldRow[]> {
  if (subject.kind === 'group') return groupHoldings(model, subject, date);
  const rows = await model.snapshots(subject.id, date);
  return rows.filter((row) => !isZero(decimal(row.quantity)));
}

function totalOf(rows: readonly SnapshotRow[]): Decimal | null {
  const values = rows.map((row) => row.market_value);
  return values.every((value) => value !== null) ? sum(values.map((value) => decimal(value))) : null;
}

function positionView(row: HeldRow, total: Decimal | null): PositionView {
  return {
    security_id: row.security_id,
    currency: row.currency,
    quantity: plainText(row.quantity),
    cost_basis: moneyOrNull(row.cost_basis),
    cost_basis_local: moneyText(row.cost_basis_local),
    market_price: plainOrNull(row.market_price),
    price_date: row.price_date,
    market_value: moneyOrNull(row.market_value),
    market_value_local: moneyOrNull(row.market_value_local),
    unrealized_gain: gain(row.market_value, row.cost_basis),
    unrealized_gain_local: gain(row.market_value_local, row.cost_basis_local),
    realized_gain: moneyOrNull(row.realized_gain),
    realized_gain_local: moneyText(row.realized_gain_local),
    realized_price_gain: moneyOrNull(row.realized_price_gain),
    realized_fx_gain: moneyOrNull(row.realized_fx_gain),
    weight: weight(row.market_value, total),
    valuation_status: row.valuation_status,
    epoch: row.epoch,
    ...(row.held_by === undefined ? {} : { held_by: row.held_by }),
  };
}

function gain(value: string | null, cost: string | null): string | null {
  return value === null || cost === null ? null : formatMoney(subtract(decimal(value), decimal(cost)));
}

function weight(value: string | null, total: Decimal | null): string | null {
  if (value === null || total === null || isZero(total)) return null;
  return format(divide(decimal(value), total, WEIGHT_SCALE));
}
