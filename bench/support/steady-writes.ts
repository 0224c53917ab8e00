/** Many portfolios that keep trading at a steady rate, over HTTP. */
import type { App } from '../../cli/app.ts';
import { rawItems } from '../../commands/handler/types.ts';
import type { CommandName } from '../../commands/schemas/commands.ts';
import { succeeded } from './served.ts';
import type { Served } from './served.ts';

export const OPEN_DAY = '2025-12-31';
const EVERY_MS = 20;
/** Requests at once, and events in one of them. */
const MOST_AT_ONCE = 4;
const MOST_ITEMS = 500;
const SECURITIES = ['STEADY_A', 'STEADY_B', 'STEADY_C', 'STEADY_D'];

export const steadyPortfolio = (index: number) => `STEADY_${String(index).padStart(3, '0')}`;

/** Opens so many portfolios with securities that have closes. */
export async function openSteadyPortfolios(app: App, portfolios: number): Promise<void> {
  const run = async (name: CommandName, items: object[]) => {
    const { results } = await app.commands.run(name, rawItems(items), { source: 'cli' });
    const refused = results.find((result) => result.status === 'rejected');
    if (refused) throw new Error(`${name}: ${refused.error?.message}`);
  };
  const ids = Array.from({ length: portfolios }, (_, index) => steadyPortfolio(index));
  await run(
    'portfolios',
    ids.map((portfolio_id) => ({ portfolio_id, base_currency: 'EUR' })),
  );
  await run(
    'securities',
    SECURITIES.map((security_id) => ({ security_id, currency: 'EUR', type: 'equity' })),
  );
  await run(
    'prices',
    SECURITIES.map((security_id) => ({ security_id, date: '2025-12-01', price: '100' })),
  );
  await run('business-dates', [{ date: OPEN_DAY }]);
}

/** A purchase on the open day. */
export function purchase(id: string, portfolio: number): object {
  return {
    transaction_id: id,
    portfolio_id: steadyPortfolio(portfolio),
    security_id: SECURITIES[portfolio % SECURITIES.length],
    transaction_date: OPEN_DAY,
    transaction_type: 'BUY',
    quantity: '1',
    price: '100.5',
  };
}

export interface SteadyWrites {
  /** Stops and says how many events were written, and in how many seconds. */
  stop(): Promise<{ readonly events: number; readonly seconds: number }>;
}

/** Posts `perSecond` purchases a second, a few every 20 ms; what a slow moment missed is made up for. */
export function writeSteadily(
  served: Served,
  perSecond: number,
  portfolios: number,
  name = 'steady',
): SteadyWrites {
  const started = performance.now();
  let [asked, written] = [0, 0];
  let failure: Error | undefined;
  const underWay = new Set<Promise<void>>();
  const timer = setInterval(() => {
    if (underWay.size >= MOST_AT_ONCE) return;
    const due = Math.floor(((performance.now() - started) / 1000) * perSecond);
    const items: object[] = [];
    while (asked < due && items.length < MOST_ITEMS)
      items.push(purchase(`${name}-${++asked}`, asked % portfolios));
    if (items.length === 0) return;
    const sent: Promise<void> = served
      .post('/v1/transactions', items)
      .then((reply) => {
        succeeded(reply);
        written += items.length;
      })
      .catch((error: unknown) => {
        failure ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
  }, EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      const seconds = (performance.now() - started) / 1000;
      await Promise.all(underWay);
      if (failure) throw failure;
      return { events: written, seconds };
    },
  };
}
