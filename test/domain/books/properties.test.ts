/** What holds for any books. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, contribution, EMPTY_DAY, subtractDays } from '../../../domain/books/aggregate.ts';
import { costBaseOf } from '../../../domain/books/lots.ts';
import type { Effect, PositionState, Transaction } from '../../../domain/books/model.ts';
import { decodeState, encodeState, initialState } from '../../../domain/books/state.ts';
import { compareTransactions, grossWithCosts, netProceeds } from '../../../domain/books/transactions.ts';
import { isoDate } from '../../../domain/dates.ts';
import { add, format, isZero, negate, subtract, sum, ZERO } from '../../../domain/decimal.ts';
import type { Decimal } from '../../../domain/decimal.ts';
import { ALL_KEYS, anyMarket, anySettings, anyTransactions, FIRST, LAST } from './any-books.ts';
import { fold, foldWithCash, KEYS, plain, text } from './given-books.ts';

const every = { reorganisations: true };
const byId = (transactions: readonly Transaction[]) => new Map(transactions.map((t) => [t.id, t]));

/** Each effect with the state of its key before it. */
function steps(effects: readonly Effect[]): { effect: Effect; before: PositionState }[] {
  const states = new Map<string, PositionState>();
  return effects.map((effect) => {
    const before = states.get(effect.securityId) ?? initialState();
    states.set(effect.securityId, effect.after);
    return { effect, before };
  });
}

describe('for any books', () => {
  it('the order of arrival does not matter', () => {
    fc.assert(
      fc.property(
        anySettings,
        anyMarket,
        anyTransactions(every).chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        (settings, market, [sent, arrived]) => {
          const [a, b] = [sent, arrived].map((some) => foldWithCash(settings, some, market));
          expect(plain(b!.effects)).toEqual(plain(a!.effects));
          expect(b!.pending).toEqual(a!.pending);
        },
      ),
    );
  });

  it('what is pending has no effect', () => {
    fc.assert(
      fc.property(anySettings, anyMarket, anyTransactions(every), (settings, market, sent) => {
        const book = fold(settings, sent, market);
        const waiting = new Set(book.pending.map((pending) => pending.transactionId));
        const applied = sent.filter((transaction) => !waiting.has(transaction.id));
        expect(plain(fold(settings, applied, market).effects)).toEqual(plain(book.effects));
      }),
    );
  });

  it('folding in two steps through the stored state equals folding at once', () => {
    fc.assert(
      fc.property(
        anySettings,
        anyMarket,
        anyTransactions(every),
        fc.nat(40),
        (settings, market, sent, cut) => {
          const sorted = [...sent].sort(compareTransactions);
          const once = fold(settings, sorted, market);
          const first = fold(settings, sorted.slice(0, cut), market);
          const stored = new Map(
            [...first.states].map(([id, state]) => [id, decodeState(encodeState(state))]),
          );
          const second = fold(settings, sorted.slice(cut), market, stored);
          expect(plain([...first.effects, ...second.effects])).toEqual(plain(once.effects));
          for (const [id, state] of once.states)
            expect(encodeState(second.state(id))).toBe(encodeState(state));
        },
      ),
    );
  });

  it('a state is the sum of its lots, all of one sign, and nothing held has no cost', () => {
    fc.assert(
      fc.property(anySettings, anyMarket, anyTransactions(every), (settings, market, sent) => {
        for (const { after } of foldWithCash(settings, sent, market).effects) {
          expect(format(after.quantity)).toBe(format(sum(after.lots.map((lot) => lot.quantity))));
          expect(format(after.cost)).toBe(format(sum(after.lots.map((lot) => lot.cost))));
          expect(text(after.costBase)).toBe(text(costBaseOf(after.lots)));
          const signs = new Set(after.lots.map((lot) => lot.quantity.coefficient > 0n));
          expect(signs.size).toBeLessThan(2);
          if (isZero(after.quantity)) expect(after.lots).toEqual([]);
          expect(new Set(after.lots.map((lot) => lot.id)).size).toBe(after.lots.length);
        }
      }),
    );
  });

  it('cost never leaks: what comes in is what goes out and what is left', () => {
    fc.assert(
      fc.property(anySettings, anyMarket, anyTransactions(every), (settings, market, sent) => {
        const known = byId(sent);
        for (const { effect, before } of steps(fold(settings, sent, market).effects)) {
          const put = putIn(known.get(effect.transactionId)!, effect);
          if (put === undefined) continue;
          // Cost in, less what was received for cost given up, plus the gain on it.
          const expected = add(add(before.cost, put), effect.realizedLocal);
          expect(format(effect.after.cost)).toBe(format(expected));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a merger or spin-off moves cost between two keys of a currency and loses none', () => {
    fc.assert(
      fc.property(anySettings, anyMarket, anyTransactions(every), (settings, market, sent) => {
        const usd = sent.filter((t) => t.securityId !== 'BASF' && t.targetId !== 'BASF');
        const changes = new Map<string, Decimal>();
        for (const { effect, before } of steps(fold(settings, usd, market).effects)) {
          if (effect.rank !== 4) continue;
          const change = subtract(subtract(effect.after.cost, before.cost), effect.realizedLocal);
          changes.set(effect.transactionId, add(changes.get(effect.transactionId) ?? ZERO, change));
        }
        const known = byId(usd);
        for (const [id, change] of changes)
          expect(format(change)).toBe(format(negate(netProceeds(known.get(id)!))));
      }),
      { numRuns: 300 },
    );
  });

  it('realised gain in base currency is its price and its currency part', () => {
    fc.assert(
      fc.property(anySettings, anyMarket, anyTransactions(every), (settings, market, sent) => {
        for (const { realized, realizedPrice, realizedFx } of foldWithCash(settings, sent, market).effects)
          if (realized) expect(format(add(realizedPrice!, realizedFx!))).toBe(format(realized));
          else expect([realizedFx]).toEqual([null]);
      }),
    );
  });

  it('every flow out of one place is a flow into another, or crosses the boundary', () => {
    fc.assert(
      fc.property(
        anySettings,
        anyMarket,
        anyTransactions({ reorganisations: false }),
        (settings, market, sent) => {
          const open = new Map<string, Decimal>();
          for (const effect of foldWithCash(settings, sent, market).effects) {
            const plainCash =
              effect.securityId.startsWith('CASH') && /^(BUY|SELL)$/.test(effect.transactionType);
            if (plainCash && byId(sent).get(effect.transactionId)!.securityId === effect.securityId) continue;
            const { bodFlow, eodFlow, bodExternal, eodExternal } = effect;
            // A transfer without any value flows by an unknown amount on both sides of the account.
            if (!bodFlow || !eodFlow || !bodExternal || !eodExternal) continue;
            const place = `${KEYS.get(effect.securityId)!.currency} ${effect.day}`;
            const net = subtract(add(bodFlow, eodFlow), add(bodExternal, eodExternal));
            open.set(place, add(open.get(place) ?? ZERO, net));
          }
          for (const net of open.values()) expect(format(net)).toBe('0');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a day begins with what the day before ended with, and every active day has its row', () => {
    fc.assert(
      fc.property(anySettings, anyMarket, anyTransactions(every), (settings, market, sent) => {
        const book = foldWithCash(settings, sent, market);
        for (const id of ALL_KEYS) {
          const rows = book.days(id, FIRST, LAST);
          rows.forEach((row, index) => {
            const before = rows[index - 1];
            const follows = before?.day === row.day - 1;
            expect(text(row.bodMarketValue)).toBe(follows ? text(before.eodMarketValue) : '0');
            expect(text(row.bodMarketValueBase)).toBe(follows ? text(before.eodMarketValueBase) : '0');
            if (follows) expect(text(row.bodFxRate)).toBe(text(before.fxRate));
            if (!follows) expect(row.active).toBe(true);
            if (!row.active) expect(text(row.eodMarketValue)).toBe('0');
          });
          const made = new Set(rows.map((row) => row.day));
          for (const effect of book.effectsOn(id))
            expect(made.has(effect.day), isoDate(effect.day)).toBe(true);
          // A gap begins only where a day had nothing left.
          rows.slice(0, -1).forEach((row, index) => {
            if (row.active) expect(rows[index + 1]!.day).toBe(row.day + 1);
          });
        }
      }),
    );
  });

  it('a portfolio day may be restated by the difference of its rows', () => {
    fc.assert(
      fc.property(anySettings, anyMarket, anyTransactions(every), (settings, market, sent) => {
        const book = foldWithCash(settings, sent, market);
        const days = ALL_KEYS.flatMap((id) => book.days(id, FIRST, LAST)).flatMap(
          (row) => contribution(row) ?? [],
        );
        const total = days.reduce(addDays, EMPTY_DAY);
        expect(plain(days.slice(0, 5).reduce(subtractDays, total))).toEqual(
          plain(days.slice(5).reduce(addDays, EMPTY_DAY)),
        );
      }),
    );
  });
});

/** The value a transaction puts into (positive) or takes out of its position, where it states it itself. */
function putIn(transaction: Transaction, effect: Effect): Decimal | undefined {
  if (effect.securityId.startsWith('CASH')) return undefined;
  switch (transaction.type) {
    case 'BUY':
      return grossWithCosts(transaction);
    case 'SELL':
      return negate(netProceeds(transaction));
    case 'RETURN_OF_CAPITAL':
      return negate(transaction.gross);
    case 'SPLIT':
    case 'DIVIDEND':
    case 'INTEREST':
    case 'FEE':
    case 'TAX':
      return ZERO;
    default:
      return undefined;
  }
}
