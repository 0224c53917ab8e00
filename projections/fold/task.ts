/** What is folded by one plan, and the transactions it takes. */
import type { Transaction } from '../../domain/books/model.ts';
import {
  cashLeg,
  compareTransactions,
  compareWithPlace,
  transactionFrom,
} from '../../domain/books/transactions.ts';
import type { Day } from '../../domain/dates.ts';
import type { DayChanges } from './diff.ts';
import { groupByKey, keyOf, push } from './model.ts';
import type { Checkpoint, ClaimedPortfolio, KeyPlan, KeyRow, TransactionRow } from './model.ts';
import type { FoldSession } from './store.ts';

/** A key, or several that reorganisations tie together, to be folded by one plan. */
export interface FoldTask {
  readonly portfolio: ClaimedPortfolio;
  readonly keys: readonly KeyRow[];
  readonly plan: KeyPlan;
  readonly changes: DayChanges;
}

export interface LoadedTask {
  readonly task: FoldTask;
  readonly checkpoint: Checkpoint | undefined;
  /** After the checkpoint, in the order of the books. */
  readonly transactions: readonly Transaction[];
  /** Why the transactions could not be read; there are none then. */
  readonly failure?: { readonly error: unknown };
}

export function isDerivedCash({ portfolio, keys: [key] }: Pick<FoldTask, 'portfolio' | 'keys'>): boolean {
  return portfolio.cash === 'derived' && key!.securityId === `CASH_${key!.currency}`;
}

type PaidRow = Awaited<ReturnType<FoldSession['paidTransactions']>>[number];

/** The tasks' transactions from their checkpoints on, cash legs among them, loaded set-wise. */
export async function loadTasks(session: FoldSession, tasks: readonly FoldTask[]): Promise<LoadedTask[]> {
  const alone = tasks.filter((task) => task.keys.length === 1);
  const checkpoints = new Map(
    (
      await session.checkpoints(
        alone.map(({ keys: [key], plan }) => ({
          portfolioNo: key!.portfolioNo,
          securityNo: key!.securityNo,
          beforeDay: firstDayToFold(plan, key!),
        })),
      )
    ).map((checkpoint) => [keyOf(checkpoint), checkpoint]),
  );
  const checkpointOf = (task: FoldTask) =>
    task.keys.length === 1 ? checkpoints.get(keyOf(task.keys[0]!)) : undefined;
  const rows = groupByKey(
    await session.transactions(
      tasks.flatMap((task) =>
        task.keys.map(({ portfolioNo, securityNo }) => ({
          portfolioNo,
          securityNo,
          at: checkpointOf(task)?.at ?? null,
        })),
      ),
    ),
  );
  const cashTasks = tasks.filter(isDerivedCash);
  const paid = await (cashTasks.length === 0
    ? []
    : session.paidTransactions(
        cashTasks.map((task) => ({
          portfolioNo: task.portfolio.portfolioNo,
          currency: task.keys[0]!.currency,
          at: checkpointOf(task)?.at ?? null,
        })),
      ));
  const paidBy = new Map<string, PaidRow[]>();
  for (const row of paid) push(paidBy, `${row.portfolioNo}/${row.currency}`, row);

  return tasks.map((task) => {
    const checkpoint = checkpointOf(task);
    const own = task.keys.flatMap((key) => rows.get(keyOf(key)) ?? []);
    const legs = isDerivedCash(task)
      ? (paidBy.get(`${task.portfolio.portfolioNo}/${task.keys[0]!.currency}`) ?? [])
      : [];
    try {
      return { task, checkpoint, transactions: inOrder(own, legs, task.portfolio.timeZone, checkpoint) };
    } catch (error) {
      // A transaction that cannot even be read is the trouble of its key, not of all that load with it.
      return { task, checkpoint, transactions: [], failure: { error } };
    }
  });
}

function inOrder(
  own: readonly TransactionRow[],
  paid: readonly PaidRow[],
  timeZone: string,
  checkpoint: Checkpoint | undefined,
): Transaction[] {
  const transactions = own.map((row) => transactionFrom(row.fields, timeZone));
  for (const { fields, currency } of paid) {
    const leg = cashLeg(transactionFrom(fields, timeZone), {
      securityId: fields.security_id,
      currency,
      isCash: false,
    });
    if (leg) transactions.push(leg);
  }
  return transactions
    .filter((transaction) => !checkpoint || compareWithPlace(transaction, checkpoint) > 0)
    .sort(compareTransactions);
}

function firstDayToFold(plan: KeyPlan, key: KeyRow): Day {
  return key.watermarkDay === null ? plan.fromDay : Math.min(plan.fromDay, key.watermarkDay + 1);
}
