/** What is folded by one plan, and the transactions it takes. */
import { naming } from '../../domain/books/fold-error.ts';
import type { Transaction } from '../../domain/books/model.ts';
import {
  cashLeg,
  compareTransactions,
  compareWithPlace,
  transactionFrom,
} from '../../domain/books/transactions.ts';
import type { Day } from '../../domain/dates.ts';
import { cashSecurityId } from '../../domain/events.ts';
import type { CashMode } from '../../domain/events.ts';
import type { DayChanges } from './diff.ts';
import { groupByKey, keyOf, push } from './model.ts';
import type { Checkpoint, ClaimedPortfolio, KeyPlan, KeyRow, TransactionRow } from './model.ts';
import type { FoldSession, Link } from './store.ts';

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

/** Whether the books themselves move this key. */
export function isDerivedCash(
  portfolio: Pick<ClaimedPortfolio, 'cash'>,
  key: Pick<KeyRow, 'securityId' | 'currency'>,
): boolean {
  return portfolio.cash === 'derived' && key.securityId === cashSecurityId(key.currency);
}

/**
 * The pairs of keys to fold together. Derived cash is folded after the keys it pays for, so that a tie
 * between cash and another security, which no command lets in, does not count there.
 */
export function tiesOf(
  cash: CashMode,
  links: readonly Pick<Link, 'securityNo' | 'targetNo' | 'mixed'>[],
): (readonly [source: number, target: number])[] {
  return links
    .filter(({ mixed }) => cash === 'explicit' || !mixed)
    .map(({ securityNo, targetNo }) => [securityNo, targetNo] as const);
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
  const cashOf = ({ portfolio, keys }: FoldTask) => keys.filter((key) => isDerivedCash(portfolio, key));
  const own = tasks.flatMap((task) =>
    task.keys.map(({ portfolioNo, securityNo }) => ({
      portfolioNo,
      securityNo,
      at: checkpointOf(task)?.at ?? null,
    })),
  );
  const points = tasks.flatMap((task) =>
    cashOf(task).map(({ portfolioNo, currency }) => ({
      portfolioNo,
      currency,
      at: checkpointOf(task)?.at ?? null,
    })),
  );
  const [ownRows, paid] = await session.together([
    () => session.transactions(own),
    async () => (points.length === 0 ? [] : session.paidTransactions(points)),
  ]);
  const rows = groupByKey(ownRows);
  const paidBy = new Map<string, PaidRow[]>();
  for (const row of paid) push(paidBy, `${row.portfolioNo}/${row.currency}`, row);

  return tasks.map((task) => {
    const checkpoint = checkpointOf(task);
    const own = task.keys.flatMap((key) => rows.get(keyOf(key)) ?? []);
    const legs = cashOf(task).flatMap((key) => paidBy.get(`${key.portfolioNo}/${key.currency}`) ?? []);
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
  const read = ({ transactionId, fields }: TransactionRow) =>
    naming(transactionId, () => transactionFrom(fields, timeZone));
  const transactions = own.map(read);
  for (const row of paid) {
    const { fields, currency } = row;
    const leg = cashLeg(read(row), {
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
