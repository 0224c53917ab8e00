/** A portfolio that trades often: as many events as a bench asks for, over ten years. */
import type { App } from '../../cli/app.ts';
import { rawItems } from '../../commands/handler/types.ts';
import type { CommandName } from '../../commands/schemas/commands.ts';
import { day, isoDate } from '../../domain/dates.ts';

const LAST = day('2025-12-31');
const FIRST = LAST - 3_652;
const SECURITIES = 40;

async function run(app: App, name: CommandName, items: object[]): Promise<void> {
  const { results } = await app.commands.run(name, rawItems(items), {
    source: 'import',
    pending: 'unchecked',
  });
  const refused = results.find((result) => result.status === 'rejected');
  if (refused) throw new Error(`${name}: ${refused.error?.message}`);
}

const currencyOf = (security: number) => (security % 3 === 0 ? 'USD' : 'EUR');

/**
 * Opens it in EUR, with securities in two currencies, closes of every weekday and trades spread evenly;
 * the business date advances every year. Does not project.
 */
export async function openBusyPortfolio(app: App, id: string, events: number): Promise<void> {
  const securityOf = (index: number) => `${id}_S${String(index).padStart(2, '0')}`;
  const securities = Array.from({ length: SECURITIES }, (_, index) => index);
  await run(app, 'portfolios', [{ portfolio_id: id, base_currency: 'EUR' }]);
  await run(
    app,
    'securities',
    securities.map((index) => ({
      security_id: securityOf(index),
      currency: currencyOf(index),
      type: 'equity',
    })),
  );
  const dates = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);
  await run(
    app,
    'fx-rates',
    dates.map((date) => ({
      from_currency: 'USD',
      to_currency: 'EUR',
      date: isoDate(date),
      rate: (0.9 + (date % 41) / 1000).toFixed(4),
    })),
  );
  for (const index of securities)
    await run(
      app,
      'prices',
      dates
        .filter((date) => (date + 4) % 7 > 0 && (date + 4) % 7 < 6)
        .map((date) => ({
          security_id: securityOf(index),
          date: isoDate(date),
          price: (50 + index + (date % 37) / 3).toFixed(2),
        })),
    );
  const trades = Array.from({ length: events }, (_, i) => {
    const security = i % SECURITIES;
    const date = FIRST + Math.floor((i * (LAST - FIRST)) / events);
    const sells = Math.floor(i / SECURITIES) % 3 === 2;
    return {
      transaction_id: `${id}-${i}`,
      portfolio_id: id,
      security_id: securityOf(security),
      transaction_date: isoDate(date),
      transaction_type: sells ? 'SELL' : 'BUY',
      quantity: sells ? '5' : '7.5',
      price: (50 + security + (date % 37) / 3).toFixed(2),
      trade_fee: '1.5',
    };
  });
  for (let from = 0; from < trades.length; from += 1_000)
    await run(app, 'transactions', trades.slice(from, from + 1_000));
  await run(
    app,
    'business-dates',
    Array.from({ length: 10 }, (_, year) => ({ date: isoDate(LAST - (9 - year) * 365) })),
  );
}
