import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { facts, figures, openBooks } from '../support/books.ts';
import type { Books, Fact } from '../support/books.ts';

/** More of them by hand: each takes two databases. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 6);

const DAYS = Array.from({ length: 20 }, (_, i) => `2025-03-${String(i + 1).padStart(2, '0')}`);

/** A few weeks of a EUR portfolio with USD holdings; amounts small enough to be read in a failure. */
const script = fc
  .record({
    method: fc.constantFrom('fifo' as const, 'average' as const, 'lifo' as const, 'hifo' as const),
    trades: fc.array(
      fc.record({
        type: fc.constantFrom(
          'BUY' as const,
          'BUY' as const,
          'SELL' as const,
          'DIVIDEND' as const,
          'FEE' as const,
          'TRANSFER_IN' as const,
          'TRANSFER_OUT' as const,
          'SPLIT' as const,
          'MERGER' as const,
        ),
        security: fc.constantFrom('US1', 'US2', 'EU1'),
        day: fc.constantFrom(...DAYS),
        quantity: fc.integer({ min: 1, max: 9 }),
        price: fc.integer({ min: 1, max: 99 }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    exchanges: fc.array(
      fc.record({
        day: fc.constantFrom(...DAYS),
        // 0 is all that is held then.
        quantity: fc.integer({ min: 0, max: 99 }),
        back: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
    prices: fc.uniqueArray(
      fc.record({
        security: fc.constantFrom('US1', 'US2', 'EU1'),
        day: fc.constantFrom(...DAYS),
        price: fc.integer({ min: 1, max: 99 }),
      }),
      { maxLength: 15, selector: ({ security, day }) => security + day },
    ),
    rates: fc.uniqueArray(
      fc.record({ day: fc.constantFrom(...DAYS), rate: fc.integer({ min: 50, max: 150 }) }),
      { maxLength: 6, selector: ({ day }) => day },
    ),
    business: fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1, maxLength: 4 }),
  })
  .map(({ method, trades, exchanges, prices, rates, business }) => {
    const currency = (security: string) => (security.startsWith('US') ? 'USD' : 'EUR');
    const opening: Fact[] = [
      facts.portfolio('P', { cost_basis_method: method }),
      ...['US1', 'US2', 'EU1'].map((id) => facts.security(id, currency(id))),
    ];
    const rest: Fact[] = [
      ...trades.map(({ type, security, day, quantity, price }, index) =>
        facts.transaction('P', type, security, day, {
          transaction_id: `T${index}`,
          currency: currency(security),
          quantity: String(quantity),
          price: String(price),
          gross_transaction_amount: String(quantity * price),
          ...(type === 'SPLIT' ? { ratio: '2' } : {}),
          ...(type === 'MERGER'
            ? { ratio: '0.5', target_security_id: security === 'US1' ? 'US2' : 'US1' }
            : {}),
        }),
      ),
      facts.transaction('P', 'DEPOSIT', 'CASH_EUR', DAYS[2]!, {
        transaction_id: 'D',
        gross_transaction_amount: '500',
      }),
      ...exchanges.map(({ day, quantity, back }, index) =>
        facts.transaction('P', 'EXCHANGE', back ? 'CASH_USD' : 'CASH_EUR', day, {
          transaction_id: `X${index}`,
          target_security_id: back ? 'CASH_EUR' : 'CASH_USD',
          quantity: String(quantity),
          ratio: '1.1',
          currency: back ? 'USD' : 'EUR',
        }),
      ),
      ...prices.map(({ security, day, price }) =>
        facts.prices(security, currency(security), [[day, String(price)]]),
      ),
      ...rates.map(({ day, rate }) => facts.fx('USD', 'EUR', [[day, `${rate / 100}`]])),
    ];
    return { opening, rest, business: [...business].sort() };
  });

describe('arrival order and batches', () => {
  let books: Books;
  beforeAll(async () => {
    books = await openBooks();
  });
  afterAll(() => books.close());

  async function reset(): Promise<void> {
    await books.close();
    books = await openBooks();
  }

  it(
    'never matter to the figures, the checksum or what a replay gives',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          script,
          fc.infiniteStream(fc.nat({ max: 1_000_000 })),
          fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 10 }),
          async ({ opening, rest, business }, order, sizes) => {
            await reset();
            await books.project(...opening, ...rest, ...business.map(facts.closeDay));
            const expected = await figures(books);
            const { checksum, ...report } = await books.projections.verify({});
            expect(report.differences).toEqual([]);

            await reset();
            const shuffled = [...rest, ...business.map(facts.closeDay)]
              .map((fact) => ({ fact, at: order.next().value as number }))
              .sort((a, b) => a.at - b.at)
              .map(({ fact }) => fact);
            await books.project(...opening);
            for (let i = 0, next = 0; next < shuffled.length; i++) {
              const size = sizes[i % sizes.length]!;
              await books.project(...shuffled.slice(next, next + size));
              next += size;
            }
            expect(await figures(books)).toEqual(expected);
            expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [], checksum });
          },
        ),
        { numRuns: RUNS },
      );
    },
    RUNS * 20_000,
  );
});
