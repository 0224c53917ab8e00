/** The messages we publish, as others read them. Numbers are written digit by digit: a float would lose some. */
import { REPLAY_HEADER } from '../../domain/messages.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Day, Instant } from '../../domain/dates.ts';
import { decimal, format, isZero } from '../../domain/decimal.ts';
import type { TransactionFields } from '../../domain/events.ts';

/** A message before it has a place in a topic. */
export interface Outgoing {
  readonly key: string;
  readonly value: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

export interface SnapshotRow {
  readonly id: number;
  readonly portfolioId: string;
  readonly securityId: string;
  readonly date: string;
  readonly epoch: number;
}

/** `daily_position_snapshot_persisted`. */
export function snapshotMessage({ id, portfolioId, securityId, date, epoch }: SnapshotRow): Outgoing {
  const text = { id, portfolio_id: portfolioId, security_id: securityId, date, epoch };
  return { key: portfolioId, value: JSON.stringify(text) };
}

/** `portfolio_aggregation_required`, one for each day. */
export function aggregationMessages(row: {
  readonly portfolioId: string;
  readonly fromDay: Day;
  readonly throughDay: Day;
  readonly correlationId: string;
}): Outgoing[] {
  return Array.from({ length: row.throughDay - row.fromDay + 1 }, (_, index) => ({
    key: row.portfolioId,
    value: JSON.stringify({
      portfolio_id: row.portfolioId,
      aggregation_date: isoDate(row.fromDay + index),
      correlation_id: row.correlationId,
    }),
  }));
}

export interface ReplayRow {
  readonly epoch: number;
  /** Corrections applied. */
  readonly fields: TransactionFields;
  /** What our own books make of its cost; null while it cannot be applied. */
  readonly cost: string | null;
}

/** `processed_transactions_completed`, of a transaction that was published before under a lower epoch. */
export function replayMessage({ epoch, fields, cost }: ReplayRow): Outgoing {
  const netCost = fields.net_cost ?? cost;
  const members = [
    member('transaction_id', fields.transaction_id),
    member('portfolio_id', fields.portfolio_id),
    member('security_id', fields.security_id),
    member('transaction_date', shortInstant(fields.transaction_date)),
    member('transaction_type', fields.transaction_type),
    number('quantity', fields.quantity),
    number('price', fields.price),
    number('gross_transaction_amount', fields.gross_transaction_amount),
    ...(netCost === null ? [] : [number('net_cost', netCost)]),
    member('trade_currency', fields.currency),
    member('currency', fields.currency),
    number('trade_fee', fields.trade_fee),
    ...unlessZero('taxes', fields.taxes),
    ...unlessZero('accrued_interest', fields.accrued_interest),
    ...optional(member, 'settlement_date', fields.settlement_date),
    ...optional(number, 'fx_rate', fields.fx_rate),
    ...optional(number, 'ratio', fields.ratio),
    ...optional(member, 'target_security_id', fields.target_security_id),
    ...optional(number, 'cost_fraction', fields.cost_fraction),
    ...(fields.lots === undefined ? [] : [`"lots":[${fields.lots.map(lot).join(',')}]`]),
    ...optional(member, 'note', fields.note),
    `"epoch":${epoch}`,
  ];
  return {
    key: fields.portfolio_id,
    value: `{${members.join(',')}}`,
    headers: [[REPLAY_HEADER, '1']],
  };
}

function member(name: string, value: string): string {
  return `"${name}":${JSON.stringify(value)}`;
}

/** A number literal with all its digits. */
function number(name: string, value: string): string {
  return `"${name}":${format(decimal(value))}`;
}

function optional(
  write: (name: string, value: string) => string,
  name: string,
  value: string | undefined,
): string[] {
  return value === undefined ? [] : [write(name, value)];
}

function unlessZero(name: string, value: string): string[] {
  return isZero(decimal(value)) ? [] : [number(name, value)];
}

function lot({ lot_id: id, quantity }: { readonly lot_id: string; readonly quantity: string }): string {
  return `{${member('lot_id', id)},${number('quantity', quantity)}}`;
}

/** Without the fraction's zeros: `2025-08-15T10:00:00Z`. */
function shortInstant(instant: Instant): string {
  return instant.replace(/(\.\d*?)0+Z$/, (_, kept: string) => (kept === '.' ? 'Z' : `${kept}Z`));
}
