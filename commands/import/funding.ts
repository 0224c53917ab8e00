/**
 * Deposits for a source that knows no cash: each purchase that the cash of the books cannot pay is
 * preceded by a deposit of just the shortfall, so that buying is not taken for borrowing.
 *
 * The identifier of a deposit is that of its purchase with `-funding`. A later export that only adds
 * activities at the end leads to the same deposits; one that changes what was before leads to other
 * amounts, and the import says so as a conflict instead of depositing twice.
 */
import { cashLeg, compareTransactions, transactionFrom } from '../../domain/books/transactions.ts';
import type { Transaction } from '../../domain/books/model.ts';
import { add, decimal, format, negate, sign, subtract, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { startOfDay, tryDay } from '../../domain/dates.ts';
import { cashSecurityId } from '../../domain/events.ts';
import type { RecordTransaction } from '../schemas/transaction.ts';

export interface Placed {
  readonly line: number;
  readonly transaction: RecordTransaction;
}

interface Moved extends Placed {
  readonly moved: Transaction;
}

function asMoved(placed: Placed): Moved {
  const { transaction } = placed;
  const date = tryDay(transaction.transaction_date);
  const moved = transactionFrom(
    {
      ...transaction,
      transaction_date: date === undefined ? transaction.transaction_date : startOfDay(date, 'UTC'),
      quantity: transaction.quantity ?? '0',
      price: transaction.price ?? '0',
      gross_transaction_amount: transaction.gross_transaction_amount ?? '0',
      trade_fee: transaction.trade_fee ?? '0',
      taxes: '0',
      accrued_interest: '0',
      currency: transaction.currency ?? '',
    },
    'UTC',
  );
  return { ...placed, moved };
}

/** What a transaction does to the derived cash of its currency. */
function cashEffect({ moved, transaction }: Moved): Decimal {
  const currency = transaction.currency ?? '';
  if (transaction.security_id !== cashSecurityId(currency)) {
    // A debt is kept apart from the cash that purchases are paid from.
    if (transaction.transaction_type === 'WITHDRAWAL') return ZERO;
    const leg = cashLeg(moved, { securityId: transaction.security_id, currency, isCash: false });
    if (!leg) return ZERO;
    return leg.type === 'CASH_IN' ? leg.gross : negate(leg.gross);
  }
  const net = subtract(moved.gross, moved.fees);
  return transaction.transaction_type === 'INTEREST' ? net : negate(add(moved.gross, moved.fees));
}

/** The deposits that the transactions of derived-cash portfolios need, in the order of time. */
export function fundingDeposits(transactions: readonly Placed[]): Placed[] {
  const balances = new Map<string, Decimal>();
  const deposits: Placed[] = [];
  const sorted = transactions.map(asMoved).sort((a, b) => compareTransactions(a.moved, b.moved));
  for (const each of sorted) {
    const {
      portfolio_id,
      transaction_id,
      transaction_date,
      transaction_type,
      currency = '',
    } = each.transaction;
    const account = `${portfolio_id} ${currency}`;
    let balance = add(balances.get(account) ?? decimal(0), cashEffect(each));
    if (transaction_type === 'BUY' && sign(balance) < 0) {
      deposits.push({
        line: each.line,
        transaction: {
          transaction_id: `${transaction_id}-funding`,
          portfolio_id,
          security_id: cashSecurityId(currency),
          transaction_date,
          transaction_type: 'DEPOSIT',
          gross_transaction_amount: format(negate(balance)),
          currency,
          note: `pays the shortfall of ${transaction_id}`,
        },
      });
      balance = ZERO;
    }
    balances.set(account, balance);
  }
  return deposits;
}
