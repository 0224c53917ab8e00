/** Which movements out of one portfolio of a group are movements into another of it. */
import type { Day } from '../dates.ts';
import { format } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';

/** Units or cash that crossed the boundary of a portfolio. */
export interface Movement {
  readonly transactionId: string;
  readonly portfolioId: string;
  /** What moved: a security, or cash of a currency. Only the same can be matched. */
  readonly what: string;
  /** Of the portfolio's books. */
  readonly day: Day;
  readonly direction: 'in' | 'out';
  /** Units of a security, the amount of cash; above zero. */
  readonly size: Decimal;
}

/** A transfer between two portfolios: what left one of them and came into the other. */
export interface InternalTransfer<M extends Movement = Movement> {
  readonly out: M;
  readonly in: M;
}

/**
 * Pairs what left a portfolio with what came into another on the same day: the same thing, exactly as much
 * of it, one to one. As many as can be paired are. What is left over crosses the group's boundary.
 *
 * The order of the movements does not matter: of equal ones those of the portfolio with most left to pair
 * come first, then by the portfolio's id and the transaction's.
 */
export function matchTransfers<M extends Movement>(movements: readonly M[]): InternalTransfer<M>[] {
  const alike = new Map<string, M[]>();
  for (const movement of movements) {
    const name = `${movement.day} ${format(movement.size)} ${movement.what}`;
    const list = alike.get(name);
    if (list) list.push(movement);
    else alike.set(name, [movement]);
  }
  return [...alike.values()].flatMap(pairs);
}

/** What a portfolio has left to pair, in the order in which it is taken. */
interface Remaining<M> {
  readonly portfolioId: string;
  readonly ins: M[];
  readonly outs: M[];
}

/**
 * The portfolio with most movements left is always one of the two paired, so that it cannot be left with
 * movements that nobody else can take: however they are paired, at most the lesser of all that left, all
 * that came in, and all but the movements of any one portfolio can be; taking one of the most keeps it so.
 */
function pairs<M extends Movement>(movements: readonly M[]): InternalTransfer<M>[] {
  const left = byPortfolio(movements);
  const found: InternalTransfer<M>[] = [];
  const next = (): InternalTransfer<M> | undefined => {
    for (const one of left) {
      const giver = one.outs.length > 0 && left.find((other) => other !== one && other.ins.length > 0);
      if (giver) return { out: one.outs.shift()!, in: giver.ins.shift()! };
      const taker = one.ins.length > 0 && left.find((other) => other !== one && other.outs.length > 0);
      if (taker) return { out: taker.outs.shift()!, in: one.ins.shift()! };
    }
    return undefined;
  };
  for (let pair = next(); pair; pair = next()) {
    found.push(pair);
    left.sort(mostFirst);
  }
  return found;
}

function byPortfolio<M extends Movement>(movements: readonly M[]): Remaining<M>[] {
  const portfolios = new Map<string, Remaining<M>>();
  const ordered = [...movements].sort((a, b) => (a.transactionId < b.transactionId ? -1 : 1));
  for (const movement of ordered) {
    const { portfolioId } = movement;
    const one = portfolios.get(portfolioId) ?? { portfolioId, ins: [], outs: [] };
    portfolios.set(portfolioId, one);
    (movement.direction === 'in' ? one.ins : one.outs).push(movement);
  }
  return [...portfolios.values()].sort(mostFirst);
}

function mostFirst(a: Remaining<unknown>, b: Remaining<unknown>): number {
  const byCount = b.ins.length + b.outs.length - a.ins.length - a.outs.length;
  return byCount || (a.portfolioId < b.portfolioId ? -1 : 1);
}
