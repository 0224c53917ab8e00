/** A ledger of its own, written from the table of transaction types rather than from the generator. */
import {
  ZERO,
  add,
  compare,
  decimal,
  format,
  multiply,
  negate,
  sign,
  subtract,
} from '../../../domain/decimal.ts';
import type { Decimal } from '../../../domain/decimal.ts';
import type { DemoData, TransactionBody } from '../../../cli/demo/bodies.ts';

export interface Ledger {
  /** By `portfolio/security`. */
  readonly holdings: Map<string, Decimal>;
  /** By `portfolio/currency`: the balance after each movement. */
  readonly cash: Map<string, Decimal[]>;
  /** Sentences about what should not have happened. */
  readonly complaints: string[];
}

const CASH_SIGN: Partial<Record<TransactionBody['transaction_type'], 1 | -1>> = {
  BUY: -1,
  SELL: 1,
  DIVIDEND: 1,
  INTEREST: 1,
  DEPOSIT: 1,
  WITHDRAWAL: -1,
  FEE: -1,
  TAX: -1,
  RETURN_OF_CAPITAL: 1,
  SPIN_OFF: 1,
  MERGER: 1,
  EXCHANGE: 1,
};

function cashMovement(t: TransactionBody): Decimal {
  const direction = CASH_SIGN[t.transaction_type];
  if (direction === undefined) return ZERO;
  const costs = add(decimal(t.trade_fee), decimal(t.taxes ?? '0'));
  const gross = add(decimal(t.gross_transaction_amount), decimal(t.accrued_interest ?? '0'));
  return direction > 0 ? subtract(gross, costs) : negate(add(gross, costs));
}

/** Runs through the transactions in their order. */
export function keepLedger(data: DemoData): Ledger {
  const holdings = new Map<string, Decimal>();
  const cash = new Map<string, Decimal[]>();
  const lots = new Map<string, Decimal>();
  const complaints: string[] = [];
  const settings = new Map(data.portfolios.map((portfolio) => [portfolio.portfolio_id, portfolio]));

  for (const t of data.transactions) {
    const portfolio = settings.get(t.portfolio_id);
    if (!portfolio) throw new Error(`unknown portfolio ${t.portfolio_id}`);
    const key = (security: string): string => `${t.portfolio_id}/${security}`;
    const before = holdings.get(key(t.security_id)) ?? ZERO;
    const quantity = decimal(t.quantity);
    const move = (security: string, by: Decimal): void => {
      holdings.set(key(security), add(holdings.get(key(security)) ?? ZERO, by));
    };
    const ratio = decimal(t.ratio ?? '1');

    switch (t.transaction_type) {
      case 'BUY':
      case 'TRANSFER_IN':
        move(t.security_id, quantity);
        lots.set(`${t.portfolio_id}/${t.security_id}/${t.transaction_id}`, quantity);
        break;
      case 'SELL':
      case 'TRANSFER_OUT':
        if (!portfolio.allow_short && compare(quantity, before) > 0)
          complaints.push(
            `${t.transaction_id} gives ${t.quantity} of ${t.security_id}, held ${format(before)}`,
          );
        move(t.security_id, negate(quantity));
        for (const lot of t.lots ?? []) {
          const name = `${t.portfolio_id}/${t.security_id}/${lot.lot_id}`;
          const left = subtract(lots.get(name) ?? ZERO, decimal(lot.quantity));
          if (sign(left) < 0) complaints.push(`${t.transaction_id} takes too much of ${lot.lot_id}`);
          lots.set(name, left);
        }
        break;
      case 'SPLIT':
        holdings.set(key(t.security_id), multiply(before, ratio));
        for (const [name, left] of lots)
          if (name.startsWith(`${key(t.security_id)}/`)) lots.set(name, multiply(left, ratio));
        break;
      case 'MERGER':
      case 'EXCHANGE':
      case 'SPIN_OFF':
        if (sign(before) <= 0) complaints.push(`${t.transaction_id} moves what is not held`);
        move(t.target_security_id ?? '', multiply(before, ratio));
        if (t.transaction_type !== 'SPIN_OFF') holdings.set(key(t.security_id), ZERO);
        break;
      default:
        break;
    }
    const account = key(t.currency);
    const balances = cash.get(account) ?? [];
    balances.push(add(balances.at(-1) ?? ZERO, cashMovement(t)));
    cash.set(account, balances);
  }
  return { holdings, cash, complaints };
}
