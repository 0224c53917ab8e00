/** Books whose reports have something to show, and the role that reads them. */
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';
import { generateDemo } from '../../cli/demo/generator.ts';
import { DatabaseError, openDatabase } from '../../infra/database/database.ts';
import type { Database } from '../../infra/database/database.ts';
import { createReaderRole } from '../../infra/database/reader-role.ts';
import type { TestApi } from './api.ts';
import { withDatabaseName } from './database-url.ts';

/** The role is the server's, and test files run side by side: all of them give it this one. */
export const READER_PASSWORD = 'correct-horse-battery';
export const LAST_DAY = '2025-12-31';

interface Row {
  readonly date: string;
  readonly type: string;
  readonly security?: string;
  readonly amount?: string;
  readonly [field: string]: string | undefined;
}

let ids = 0;

function transactions(portfolio: string, rows: readonly Row[]): Record<string, unknown>[] {
  return rows.map(({ date, type, security, amount, ...fields }) => ({
    transaction_id: `${portfolio}-${++ids}`,
    portfolio_id: portfolio,
    security_id: security ?? 'CASH_EUR',
    transaction_date: `${date}T10:00:00Z`,
    transaction_type: type,
    currency: security?.endsWith('USD') ? 'USD' : security?.endsWith('JPY') ? 'JPY' : 'EUR',
    ...(amount === undefined ? {} : { gross_transaction_amount: amount }),
    ...fields,
  }));
}

/** A year of the demo's portfolios, and a late trade that restates one of them. */
export async function givenDemo(api: TestApi): Promise<void> {
  const demo = generateDemo({ years: 1, portfolios: 5, securities: 30, until: LAST_DAY });
  await api.given('/v1/portfolios', demo.portfolios);
  await api.given('/v1/securities', demo.securities);
  await api.given('/v1/splits', demo.splits);
  await api.given('/v1/fx-rates', demo.fx_rates);
  await api.given('/v1/prices', demo.prices);
  await api.given('/v1/transactions', demo.transactions);
  await api.given('/v1/business-dates', demo.business_dates);
  await api.given(
    '/v1/transactions',
    transactions('PORT_001', [{ date: '2025-06-20', type: 'DEPOSIT', amount: '1000' }]),
  );
}

/** One portfolio for each thing that a return can stumble over. */
export async function givenEdges(api: TestApi): Promise<void> {
  const names = ['LIQUIDATED', 'LOST', 'OWING', 'GAPPED', 'BUSY', 'EARLY', 'RATELESS'];
  await api.given(
    '/v1/portfolios',
    names.map((portfolio_id) => ({
      portfolio_id,
      base_currency: 'EUR',
      ...(portfolio_id === 'BUSY' ? { inflow_timing: 'eod' } : {}),
    })),
  );
  await api.given('/v1/securities', [
    { security_id: 'LATE', currency: 'EUR', type: 'equity' },
    { security_id: 'NOTE', currency: 'EUR', type: 'bond', sector: 'Utilities', country: 'DE' },
    { security_id: 'CASH_JPY', currency: 'JPY', type: 'cash' },
  ]);
  await api.given('/v1/prices', [
    { security_id: 'LATE', date: '2025-03-07', price: '20' },
    { security_id: 'NOTE', date: '2025-03-04', price: '12.5' },
    { security_id: 'NOTE', date: '2025-03-10', price: '13' },
  ]);
  await api.given(
    '/v1/fx-rates',
    ['03', '04', '05'].map((d) => ({
      from_currency: 'USD',
      to_currency: 'EUR',
      date: `2025-03-${d}`,
      rate: `0.9${d}`,
    })),
  );
  await api.given('/v1/transactions?pending=accept', [
    // Nothing is held for some days, then again something.
    ...transactions('LIQUIDATED', [
      { date: '2025-03-03', type: 'DEPOSIT', amount: '100' },
      { date: '2025-03-04', type: 'INTEREST', amount: '3' },
      { date: '2025-03-05', type: 'WITHDRAWAL', amount: '103' },
      { date: '2025-03-10', type: 'DEPOSIT', amount: '50' },
      { date: '2025-03-11', type: 'FEE', amount: '1' },
    ]),
    // Everything is lost.
    ...transactions('LOST', [
      { date: '2025-03-03', type: 'DEPOSIT', amount: '100' },
      { date: '2025-03-04', type: 'FEE', amount: '100' },
      { date: '2025-03-06', type: 'DEPOSIT', amount: '40' },
    ]),
    // The value is negative for two days.
    ...transactions('OWING', [
      { date: '2025-03-03', type: 'DEPOSIT', amount: '10' },
      { date: '2025-03-05', type: 'FEE', amount: '30' },
      { date: '2025-03-07', type: 'DEPOSIT', amount: '100' },
    ]),
    // A position without a price blocks days in the middle.
    ...transactions('GAPPED', [
      { date: '2025-03-03', type: 'DEPOSIT', amount: '100' },
      { date: '2025-03-05', type: 'TRANSFER_IN', security: 'LATE', quantity: '5', amount: '90' },
    ]),
    // Several flows of a position on one day.
    ...transactions('BUSY', [
      { date: '2025-03-03', type: 'DEPOSIT', amount: '100' },
      { date: '2025-03-03', type: 'DEPOSIT', amount: '50.5' },
      { date: '2025-03-03', type: 'DEPOSIT', security: 'CASH_USD', amount: '10', fx_rate: '0.8' },
      { date: '2025-03-03', type: 'DEPOSIT', security: 'CASH_USD', amount: '7' },
      { date: '2025-03-04', type: 'TRANSFER_IN', security: 'NOTE', quantity: '3' },
      { date: '2025-03-04', type: 'TRANSFER_IN', security: 'NOTE', quantity: '0.3333333' },
      { date: '2025-03-05', type: 'DEPOSIT', amount: '20' },
      { date: '2025-03-05', type: 'WITHDRAWAL', amount: '30' },
      { date: '2025-03-05', type: 'TRANSFER_OUT', security: 'NOTE', quantity: '1' },
      { date: '2025-03-06', type: 'SELL', security: 'NOTE', quantity: '1', price: '12.5' },
      { date: '2025-03-06', type: 'SELL', security: 'NOTE', quantity: '1', price: '13', trade_fee: '0.1' },
    ]),
    ...transactions('EARLY', [
      { date: '2025-03-03', type: 'SELL', security: 'NOTE', quantity: '1', price: '9' },
    ]),
    ...transactions('RATELESS', [
      { date: '2025-03-03', type: 'DEPOSIT', security: 'CASH_JPY', amount: '900' },
    ]),
  ]);
  await api.given('/v1/business-dates', { date: LAST_DAY });
}

/** Connects to a database of the test server as `chronofolio_reader`, after letting that role in. */
export async function openReader(database: Database): Promise<Database> {
  const [row] = await database.query<{ name: string }>('select current_database() as name');
  const role = createReaderRole(database);
  for (;;) {
    try {
      await role.setPassword(READER_PASSWORD);
      break;
    } catch (error) {
      // Another file's test has changed the role at the same moment.
      if (!(error instanceof DatabaseError) || !error.message.includes('tuple concurrently updated'))
        throw error;
      await delay(5);
    }
  }
  const url = new URL(withDatabaseName(inject('serverUrl'), row?.name ?? ''));
  url.username = 'chronofolio_reader';
  url.password = READER_PASSWORD;
  return openDatabase({ url: url.toString(), maxConnections: 2, applicationName: 'reader' });
}
