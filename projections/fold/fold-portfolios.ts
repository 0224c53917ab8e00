/**
 * Folds what is dirty in some portfolios, in one transaction: keys first, the cash they moved next,
 * the portfolios' own rows last. The commit is the flip: before it nobody sees any of it.
 */
import { FROM_INCEPTION } from '../register/model.ts';
import type { Day } from '../../domain/dates.ts';
import { foldKeys } from './fold-keys.ts';
import { keyOf } from './model.ts';
import type { ClaimedPortfolio, KeyPlan, KeyRow, MarkRow } from './model.ts';
import type { DayChanges } from './diff.ts';
import { aggregatePortfolios } from './aggregate.ts';
import { linkedGroups, merge, planKeys } from './plan.ts';
import type { FoldSession } from './store.ts';
import type { FoldTask } from './task.ts';

export interface FoldOutcome {
  readonly portfolios: number;
  readonly keys: number;
  readonly rows: number;
  readonly epochs: number;
  readonly failures: number;
}

/** What a portfolio's trades in a currency, or its cash itself, ask of its cash. */
interface CashPlan {
  readonly portfolioNo: number;
  readonly currency: string;
  readonly plan: KeyPlan;
}

/** Rows folded before they are written: bounds memory however long a history is. */
const ROWS_PER_WRITE = 25_000;

/** @param onRows told of the rows written so far, while a long fold goes on */
export async function foldPortfolios(
  session: FoldSession,
  portfolioNos: readonly number[],
  onRows?: (rows: number) => void,
): Promise<FoldOutcome> {
  const portfolios = new Map((await session.claim(portfolioNos)).map((p) => [p.portfolioNo, p]));
  const claimed = [...portfolios.keys()];
  const marks = await session.marks(claimed);
  if (marks.length === 0) return { portfolios: 0, keys: 0, rows: 0, epochs: 0, failures: 0 };
  const horizon = await session.horizon();
  const changes = new Map<number, DayChanges>(claimed.map((portfolioNo) => [portfolioNo, new Map()]));

  const { tasks, cashPlans } = await planTasks(session, portfolios, marks, horizon, changes);
  const outcome = { portfolios: claimed.length, keys: 0, rows: 0, epochs: 0, failures: 0 };
  const run = async (wave: readonly FoldTask[]) => {
    for (const chunk of chunks(wave, horizon)) {
      const folded = await foldKeys(session, chunk, horizon);
      outcome.keys += chunk.reduce((total, task) => total + task.keys.length, 0);
      outcome.rows += folded.rows;
      outcome.epochs += folded.epochs;
      outcome.failures += folded.failures.length;
      onRows?.(outcome.rows);
    }
  };
  await run(tasks);
  // Cash comes second: which trades it pays for is known only once they have been applied.
  await run(await cashTasks(session, portfolios, cashPlans, changes));
  outcome.epochs += await aggregatePortfolios(session, [...portfolios.values()], changes, horizon, marks);
  await session.deleteMarks(marks.map((mark) => mark.dirtyId));
  return outcome;
}

function isDerivedCash(portfolio: ClaimedPortfolio, key: KeyRow): boolean {
  return portfolio.cash === 'derived' && key.securityId === `CASH_${key.currency}`;
}

async function planTasks(
  session: FoldSession,
  portfolios: ReadonlyMap<number, ClaimedPortfolio>,
  marks: readonly MarkRow[],
  horizon: Day | null,
  changes: ReadonlyMap<number, DayChanges>,
): Promise<{ tasks: FoldTask[]; cashPlans: CashPlan[] }> {
  const plans = planKeys(marks);
  const roll = marks.filter((mark) => mark.securityNo === 0);
  if (roll.length > 0 && horizon !== null) {
    const position = new Map(roll.map((mark) => [mark.portfolioNo, mark.position]));
    for (const key of await session.keysToRoll([...position.keys()], horizon))
      merge(plans, {
        portfolioNo: key.portfolioNo,
        securityNo: key.securityNo,
        fromDay: key.watermarkDay === null ? FROM_INCEPTION : key.watermarkDay + 1,
        throughDay: null,
        transactional: false,
        force: false,
        cause: 'business_date',
        position: position.get(key.portfolioNo) ?? 0,
      });
  }

  const links = await session.links([...portfolios.keys()]);
  const groups: { portfolio: ClaimedPortfolio; securityNos: number[] }[] = [];
  for (const portfolio of portfolios.values()) {
    const { portfolioNo } = portfolio;
    const own = [...plans.values()].filter((plan) => plan.portfolioNo === portfolioNo);
    const tied = links
      .filter((link) => link.portfolioNo === portfolioNo)
      .map((link) => [link.securityNo, link.targetNo] as const);
    for (const securityNos of linkedGroups(
      own.map((plan) => plan.securityNo),
      tied,
    ))
      groups.push({ portfolio, securityNos });
  }
  const rows = await session.keys(
    groups.flatMap(({ portfolio: { portfolioNo }, securityNos }) =>
      securityNos.map((securityNo) => ({ portfolioNo, securityNo })),
    ),
  );
  const keys = new Map(rows.map((row) => [keyOf(row), row]));

  const tasks: FoldTask[] = [];
  const cashPlans: CashPlan[] = [];
  for (const { portfolio, securityNos } of groups) {
    const { portfolioNo } = portfolio;
    const members = securityNos.flatMap((securityNo) => keys.get(keyOf({ portfolioNo, securityNo })) ?? []);
    const plan = retried(groupPlan(members.flatMap((key) => plans.get(keyOf(key)) ?? [])), members);
    if (!plan) continue;
    if (members.length === 1 && isDerivedCash(portfolio, members[0]!)) {
      cashPlans.push({ portfolioNo, currency: members[0]!.currency, plan });
      continue;
    }
    tasks.push({ portfolio, keys: members, plan, changes: changes.get(portfolioNo)! });
    if (portfolio.cash === 'derived' && plan.transactional)
      for (const currency of new Set(members.filter((key) => !key.isCash).map((key) => key.currency)))
        cashPlans.push({ portfolioNo, currency, plan });
  }
  return { tasks, cashPlans };
}

/** One plan for keys that are folded together; several keys always go the whole way. */
function groupPlan(plans: readonly KeyPlan[]): KeyPlan | undefined {
  const merged = new Map<string, KeyPlan>();
  for (const plan of plans) merge(merged, { ...plan, portfolioNo: 0, securityNo: 0 });
  const [plan] = merged.values();
  const first = plans[0];
  return plan && first && { ...plan, portfolioNo: first.portfolioNo, securityNo: first.securityNo };
}

/**
 * A failed key waits until an operator has it tried again; then it is folded from inception, since what
 * changed while it waited has left no mark.
 */
function retried(plan: KeyPlan | undefined, keys: readonly KeyRow[]): KeyPlan | undefined {
  if (!plan || !keys.some((key) => key.failed)) return plan;
  return plan.force ? { ...plan, fromDay: FROM_INCEPTION, throughDay: null } : undefined;
}

async function cashTasks(
  session: FoldSession,
  portfolios: ReadonlyMap<number, ClaimedPortfolio>,
  cashPlans: readonly CashPlan[],
  changes: ReadonlyMap<number, DayChanges>,
): Promise<FoldTask[]> {
  if (cashPlans.length === 0) return [];
  const plans = new Map<string, KeyPlan[]>();
  for (const { portfolioNo, currency, plan } of cashPlans) {
    const name = `${portfolioNo}/${currency}`;
    plans.set(name, [...(plans.get(name) ?? []), plan]);
  }
  const keys = await session.cashKeys([...new Set(cashPlans.map((plan) => plan.portfolioNo))]);
  return keys.flatMap((key) => {
    const portfolio = portfolios.get(key.portfolioNo)!;
    const plan = retried(groupPlan(plans.get(`${key.portfolioNo}/${key.currency}`) ?? []), [key]);
    if (!plan) return [];
    return [{ portfolio, keys: [key], plan, changes: changes.get(key.portfolioNo)! }];
  });
}

/** Cuts tasks into runs whose rows are few enough to be held in memory at once. */
function* chunks(tasks: readonly FoldTask[], horizon: Day | null): Generator<FoldTask[]> {
  let chunk: FoldTask[] = [];
  let rows = 0;
  for (const task of tasks) {
    chunk.push(task);
    for (const key of task.keys) {
      const from = Math.max(task.plan.fromDay, key.firstDay ?? (horizon ?? 0) - 3_650);
      rows += Math.max(1, Math.min(task.plan.throughDay ?? Infinity, horizon ?? 0) - from + 1);
    }
    if (rows < ROWS_PER_WRITE) continue;
    yield chunk;
    chunk = [];
    rows = 0;
  }
  if (chunk.length > 0) yield chunk;
}
