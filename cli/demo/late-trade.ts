/** The demo's late trade: a purchase that becomes known weeks after its day. */
import { rawItems } from '../../commands/handler/types.ts';
import { decimal, formatMoney, multiply, round } from '../../domain/decimal.ts';
import { epochs } from '../../projections/queries/epochs.ts';
import { onePortfolio } from '../../projections/queries/portfolios.ts';
import type { Session } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CliFailure } from '../failure.ts';
import { valueOf } from '../reading.ts';
import type { DemoData, TransactionBody } from './bodies.ts';

const TRANSACTION_ID = 'TXN_DEMO_LATE';
/** Business days between the trade's day and the latest business date: some six weeks. */
const DAYS_BACK = 30;

/** What came of the trade: where it stands in the log, and the portfolio's epochs around it. */
export interface LateTrade {
  readonly body: TransactionBody;
  /** It was there from an earlier run. */
  readonly known: boolean;
  readonly position: number;
  readonly epochBefore: number;
  readonly epochAfter: number;
  /** From sending the command to readers seeing all of its effect. */
  readonly milliseconds: number;
}

/** A purchase in the first portfolio of the first security it bought, below that day's close. */
export function lateTrade(data: DemoData): TransactionBody {
  const date = data.business_dates.at(-1 - DAYS_BACK)?.date;
  const bought = data.transactions.find(
    (body) => body.transaction_type === 'BUY' && body.portfolio_id === data.portfolios[0]?.portfolio_id,
  );
  const close = data.prices.find((body) => body.security_id === bought?.security_id && body.date === date);
  if (!bought || !close || date === undefined)
    throw new CliFailure(EXIT.failure, 'the demo is too short for a late trade');
  const price = formatMoney(round(multiply(decimal(close.price), decimal('0.97')), 2));
  const quantity = '150';
  return {
    transaction_id: TRANSACTION_ID,
    portfolio_id: bought.portfolio_id,
    security_id: bought.security_id,
    transaction_date: `${date}T14:00:00Z`,
    transaction_type: 'BUY',
    quantity,
    price,
    gross_transaction_amount: formatMoney(multiply(decimal(quantity), decimal(price))),
    trade_fee: '25.00',
    currency: bought.currency,
    note: 'reported six weeks late',
  };
}

async function epochOf({ app }: Session, portfolioId: string): Promise<number> {
  return valueOf(await onePortfolio(app.queries.reader, portfolioId)).epoch;
}

/** The portfolio's epoch that an event caused. */
async function epochCausedBy(
  { app }: Session,
  portfolioId: string,
  position: number,
): Promise<number | undefined> {
  const page = { limit: 10_000 };
  const { rows } = valueOf(await epochs(app.queries.reader, portfolioId, { securityId: null }, page));
  return rows.find((row) => row.cause_position === position)?.epoch;
}

/** Posts the trade and waits until readers see its effect; an earlier run's trade is found instead. */
export async function postLateTrade(session: Session, body: TransactionBody): Promise<LateTrade> {
  const { app } = session;
  const { portfolio_id: portfolioId } = body;
  const epochBefore = await epochOf(session, portfolioId);
  const started = performance.now();
  const { results } = await app.commands.run('transactions', rawItems([body]), {
    source: 'cli',
    actor: 'demo',
  });
  const outcome = results[0];
  if (!outcome || outcome.status === 'rejected' || outcome.position === undefined)
    throw new CliFailure(
      EXIT.failure,
      `the late trade was refused: ${outcome?.error?.message ?? 'no answer'}`,
    );
  await app.projections.catchUp();
  const milliseconds = performance.now() - started;
  const { position } = outcome;
  if (outcome.status !== 'duplicate') {
    const epochAfter = await epochOf(session, portfolioId);
    return { body, known: false, position, epochBefore, epochAfter, milliseconds };
  }
  const epochAfter = (await epochCausedBy(session, portfolioId, position)) ?? epochBefore;
  return { body, known: true, position, epochBefore: Math.max(0, epochAfter - 1), epochAfter, milliseconds };
}
