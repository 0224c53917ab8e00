import fc from 'fast-check';
import { expect, it } from 'vitest';
import { streams } from '../../../domain/events.ts';
import type { DomainEvent } from '../../../domain/events.ts';
import { createKnownAt } from '../../../projections/replay/known-at.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Fact } from '../../support/books.ts';
import { answersOn, answersOnAll } from './answers.ts';
import type { Asked } from './answers.ts';
import { addDays } from './days.ts';
import { currentTables, moments } from './moments.ts';

const ASKED: Asked = {
  portfolios: ['P', 'Q'],
  securities: ['CASH_EUR', 'CASH_USD', 'EU1', 'US1', 'US2'],
  from: '2025-02-27',
  to: '2025-03-17',
};
const SECURITIES = ['EU1', 'US1', 'US2'] as const;
const currencyOf = (security: string) => (security.startsWith('US') ? 'USD' : 'EUR');

const date = fc.nat({ max: 13 }).map((offset) => addDays('2025-03-01', offset));
const security = fc.constantFrom(...SECURITIES);
const portfolio = fc.constantFrom('P', 'Q');
const types = fc.constantFrom(
  'BUY' as const,
  'SELL' as const,
  'DIVIDEND' as const,
  'FEE' as const,
  'TRANSFER_IN' as const,
  'TRANSFER_OUT' as const,
  'SPLIT' as const,
  'MERGER' as const,
);

type Step =
  | {
      kind: 'trade';
      portfolio: string;
      security: string;
      type: string;
      date: string;
      fact: (id: string) => Fact;
    }
  | { kind: 'change'; victim: number; cancel: boolean; quantity: string; date: string }
  | { kind: 'fact'; fact: Fact };

const trade = fc
  .record({
    portfolio,
    security,
    type: types,
    date,
    quantity: fc.integer({ min: 1, max: 9 }),
    price: fc.integer({ min: 1, max: 99 }),
  })
  .map(({ portfolio: owner, security: id, type, date: on, quantity, price }): Step => ({
    kind: 'trade',
    portfolio: owner,
    security: id,
    type,
    date: on,
    fact: (transactionId) =>
      facts.transaction(owner, type, id, on, {
        transaction_id: transactionId,
        currency: currencyOf(id),
        quantity: String(quantity),
        price: String(price),
        gross_transaction_amount: type === 'MERGER' ? '0' : String(quantity * price),
        ...(type === 'SPLIT' ? { ratio: '2' } : {}),
        ...(type === 'MERGER' ? { ratio: '0.5', target_security_id: id === 'US1' ? 'US2' : 'US1' } : {}),
      }),
  }));
const change = fc
  .record({ victim: fc.nat(), cancel: fc.boolean(), quantity: fc.integer({ min: 1, max: 9 }), date })
  .map((changed): Step => ({ kind: 'change', ...changed, quantity: String(changed.quantity) }));
const fact = fc
  .oneof(
    fc
      .record({ security, date, price: fc.integer({ min: 1, max: 99 }) })
      .map((p) => facts.prices(p.security, currencyOf(p.security), [[p.date, String(p.price)]])),
    fc
      .record({ date, rate: fc.integer({ min: 50, max: 150 }) })
      .map((r) => facts.fx('USD', 'EUR', [[r.date, `${r.rate / 100}`]])),
    date.map(facts.closeDay),
  )
  .map((made): Step => ({ kind: 'fact', fact: made }));

const history = fc
  .record({
    method: fc.constantFrom('fifo' as const, 'average' as const, 'hifo' as const),
    cash: fc.constantFrom('derived' as const, 'explicit' as const),
    steps: fc.array(
      fc.array(
        fc.oneof(
          { weight: 3, arbitrary: trade },
          { weight: 2, arbitrary: change },
          { weight: 3, arbitrary: fact },
        ),
        { minLength: 1, maxLength: 3 },
      ),
      { minLength: 4, maxLength: 12 },
    ),
  })
  .map(({ method, cash, steps }) => {
    const recorded: { id: string; owner: string; security: string; cancelled: boolean }[] = [];
    const factOf = (step: Step): Fact[] => {
      if (step.kind === 'fact') return [step.fact];
      if (step.kind === 'trade') {
        const id = `T${recorded.length}`;
        recorded.push({ id, owner: step.portfolio, security: step.security, cancelled: false });
        return [step.fact(id)];
      }
      const victim = recorded[step.victim % Math.max(1, recorded.length)];
      if (!victim || victim.cancelled) return [];
      const data = {
        transaction_id: victim.id,
        portfolio_id: victim.owner,
        security_id: victim.security,
        reason: 'wrong',
      };
      victim.cancelled = step.cancel;
      const event: DomainEvent = step.cancel
        ? { type: 'TransactionCancelled', data }
        : {
            type: 'TransactionCorrected',
            data: {
              ...data,
              changes: { quantity: step.quantity, transaction_date: `${step.date}T09:00:00.000000Z` },
            },
          };
      return [{ streamId: streams.transactions(victim.owner, victim.security), event }];
    };
    const opening = [
      facts.portfolio('P', { cost_basis_method: method }),
      facts.portfolio('Q', { base_currency: 'USD', cash, allow_short: true }),
      ...SECURITIES.map((id) => facts.security(id, currencyOf(id))),
    ];
    return [opening, ...steps.map((step) => step.flatMap(factOf)).filter((step) => step.length > 0)];
  });

it('whatever happens, a replay to a position is what the tables held there', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const books = await openBooks();
      try {
        const captured = await moments(books, ASKED, steps);
        const all = createKnownAt(books.log, { maxEntries: 1 });
        const alone = createKnownAt(books.log, { current: currentTables(books) });
        for (const { position, ...then } of captured) {
          expect(await answersOnAll(await all(position), ASKED), `at ${position}`).toEqual(then.all);
          for (const id of ASKED.portfolios) {
            const expected = then.portfolios[id];
            expect(await answersOn(await all(position), id, ASKED), `${id} at ${position}`).toEqual(expected);
            expect(
              await answersOn(await alone(position, id), id, ASKED),
              `${id} alone at ${position}`,
            ).toEqual(expected);
          }
        }
      } finally {
        await books.close();
      }
    }),
    // A counterexample is a short history as it is, and shrinking it would take minutes.
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 7), endOnFailure: true },
  );
}, 300_000);
