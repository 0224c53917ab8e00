/** Portfolios of ten years for groups: a few holdings each, in two base currencies, with transfers between them. */
import type { App } from '../../cli/app.ts';
import { rawItems } from '../../commands/handler/types.ts';
import type { CommandName } from '../../commands/schemas/commands.ts';
import { day, isoDate } from '../../domain/dates.ts';

const LAST = day('2025-12-31');
const FIRST = LAST - 3_652;
const SECURITIES = ['GROUP_S1', 'GROUP_S2'];
const TRADES_A_YEAR = 6;

export const groupMember = (index: number): string => `GROUP_${String(index).padStart(4, '0')}`;

/** Every fifth is in USD. Does not project. */
export async function loadGroup(app: App, portfolios: number): Promise<void> {
  const run = async (name: CommandName, items: object[]): Promise<void> => {
    for (let from = 0; from < items.length; from += 1_000) {
      const page = rawItems(items.slice(from, from + 1_000));
      const { results } = await app.commands.run(name, page, { source: 'import', pending: 'unchecked' });
      const refused = results.find((result) => result.status === 'rejected');
      if (refused) throw new Error(`${name}: ${refused.error?.message}`);
    }
  };
  const dates = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);
  const members = Array.from({ length: portfolios }, (_, index) => index);
  const priceOn = (date: number) => (50 + (date % 37) / 3).toFixed(2);
  await run(
    'portfolios',
    members.map((index) => ({
      portfolio_id: groupMember(index),
      base_currency: index % 5 === 4 ? 'USD' : 'EUR',
    })),
  );
  await run(
    'securities',
    SECURITIES.map((security_id) => ({ security_id, currency: 'EUR', type: 'equity' })),
  );
  await run(
    'fx-rates',
    dates.map((date) => ({
      from_currency: 'USD',
      to_currency: 'EUR',
      date: isoDate(date),
      rate: (0.9 + (date % 41) / 1000).toFixed(4),
    })),
  );
  for (const security_id of SECURITIES)
    await run(
      'prices',
      dates.map((date) => ({ security_id, date: isoDate(date), price: priceOn(date) })),
    );
  await run('transactions', members.flatMap(history));
  await run('business-dates', [{ date: isoDate(LAST) }]);

  /** Pays in, trades, and gives cash to the next one and units to the one after it every year. */
  function history(index: number): object[] {
    const portfolio_id = groupMember(index);
    const other = (step: number) => groupMember((index + step) % portfolios);
    let count = 0;
    const made = (date: number, transaction_type: string, security_id: string, fields: object) => ({
      transaction_id: `${portfolio_id}-${count++}`,
      portfolio_id,
      security_id,
      transaction_date: isoDate(date),
      transaction_type,
      ...fields,
    });
    const items = [made(FIRST, 'DEPOSIT', 'CASH_EUR', { gross_transaction_amount: '100000' })];
    for (let year = 0; year < 10; year++) {
      const start = FIRST + 5 + year * 365;
      for (let trade = 0; trade < TRADES_A_YEAR; trade++)
        items.push(
          made(start + trade * 50, 'BUY', SECURITIES[trade % 2]!, {
            quantity: '10',
            price: priceOn(start + trade * 50),
            trade_fee: '1',
          }),
        );
      if (portfolios < 3) continue;
      const [cash, units] = [{ gross_transaction_amount: '500' }, { quantity: '3' }];
      items.push(made(start + 300, 'WITHDRAWAL', 'CASH_EUR', cash));
      items.push({ ...made(start + 300, 'DEPOSIT', 'CASH_EUR', cash), portfolio_id: other(1) });
      items.push(made(start + 310, 'TRANSFER_OUT', SECURITIES[0]!, units));
      items.push({ ...made(start + 310, 'TRANSFER_IN', SECURITIES[0]!, units), portfolio_id: other(2) });
    }
    return items;
  }
}
