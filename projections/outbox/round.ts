/** What the publisher takes on at once: rows of the outbox, cut so that their messages are few enough. Pure. */
import type { Day } from '../../domain/dates.ts';

/** A row of the outbox: a few words that stand for messages. */
export type OutboxRow = { readonly outboxId: number; readonly portfolioId: string } & (
  | {
      /** The key's snapshots of these days, as the epoch has them. */
      readonly kind: 'snapshots';
      readonly securityId: string;
      readonly epoch: number;
      readonly fromDay: Day;
      readonly throughDay: Day;
    }
  | {
      /** All transactions of the key, which moved it to the epoch. */
      readonly kind: 'replay';
      readonly securityId: string;
      readonly epoch: number;
      /** How many messages it stands for. */
      readonly transactions: number;
    }
  | {
      /** The portfolio is to be aggregated on these days. */
      readonly kind: 'aggregation';
      readonly fromDay: Day;
      readonly throughDay: Day;
      readonly correlationId: string;
    }
);

export type Kind = OutboxRow['kind'];

export interface Round {
  /** In the order of the outbox; the last one may be the first part of a row. */
  readonly rows: readonly OutboxRow[];
  /** Rows that are over with this round. */
  readonly finished: readonly number[];
  /** The row that was cut, and the day it goes on from. */
  readonly rest: { readonly outboxId: number; readonly fromDay: Day } | undefined;
}

/**
 * Takes rows from the front while their messages are at most `budget`; a row of days is cut there. A replay is
 * never cut, since it is one list to whoever reads it: one that is larger than the budget goes alone.
 */
export function planRound(rows: readonly OutboxRow[], budget: number): Round {
  const taken: OutboxRow[] = [];
  const finished: number[] = [];
  let left = budget;
  for (const row of rows) {
    const size = sizeOf(row);
    if (size <= left || (row.kind === 'replay' && taken.length === 0)) {
      taken.push(row);
      finished.push(row.outboxId);
      left -= size;
      continue;
    }
    if (row.kind === 'replay' || left <= 0) break;
    const cut = row.fromDay + left;
    taken.push({ ...row, throughDay: cut - 1 });
    return { rows: taken, finished, rest: { outboxId: row.outboxId, fromDay: cut } };
  }
  return { rows: taken, finished, rest: undefined };
}

function sizeOf(row: OutboxRow): number {
  return row.kind === 'replay' ? row.transactions : row.throughDay - row.fromDay + 1;
}

/** The rows of a kind. */
export function rowsOf<K extends Kind>(
  rows: readonly OutboxRow[],
  kind: K,
): Extract<OutboxRow, { kind: K }>[] {
  return rows.filter((row): row is Extract<OutboxRow, { kind: K }> => row.kind === kind);
}
