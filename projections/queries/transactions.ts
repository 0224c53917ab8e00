/** A portfolio's transactions with their corrections applied, cancelled and pending ones included. */
import { shownPosition } from './concealed.ts';
import { moneyText, plainText } from './numbers.ts';
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { DateRange, Page, TransactionKey } from './read-model.ts';
import type { TransactionFields } from '../../domain/events.ts';
import type { TransactionRow } from './rows.ts';

export interface TransactionView extends TransactionFields {
  readonly status: 'applied' | 'pending' | 'cancelled';
  /** Why it is pending. */
  readonly reason: string | null;
  /** `null` where it may not be told. */
  readonly position: number | null;
}

export interface Transactions extends Paged<TransactionView, TransactionKey> {
  readonly portfolio_id: string;
  readonly complete_through: string | null;
}

export function transactions(
  reader: Reader,
  portfolioId: string,
  filter: DateRange & { readonly securityId?: string },
  page: Page<TransactionKey>,
  context: ReadContext = {},
): Promise<Reading<Transactions>> {
  return reader.portfolio(portfolioId, context, async (model, portfolio) => {
    const { rows, next } = await pageOf(
      page.limit,
      (limit) => model.transactions(portfolioId, filter, { ...page, limit }),
      ({ fields }) => ({ at: fields.transaction_date, transactionId: fields.transaction_id }),
    );
    return found({
      portfolio_id: portfolioId,
      complete_through: portfolio.complete_through,
      rows: rows.map((row) => transactionView(row, shownPosition(context, row.position))),
      ...(next === undefined ? {} : { next }),
    });
  });
}

function transactionView(
  { fields, cancelled, pending_reason }: TransactionRow,
  position: number | null,
): TransactionView {
  return {
    ...fields,
    quantity: plainText(fields.quantity),
    price: plainText(fields.price),
    gross_transaction_amount: moneyText(fields.gross_transaction_amount),
    trade_fee: moneyText(fields.trade_fee),
    taxes: moneyText(fields.taxes),
    accrued_interest: moneyText(fields.accrued_interest),
    status: cancelled ? 'cancelled' : pending_reason === null ? 'applied' : 'pending',
    reason: cancelled ? null : pending_reason,
    position,
  };
}
