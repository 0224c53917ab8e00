import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { message, openIngest, told } from './support/ingest.ts';
import type { IngestFixture } from './support/ingest.ts';

let fixture: IngestFixture;
beforeEach(async () => {
  fixture = await openIngest();
});
afterEach(() => fixture.close());

const content = async () => (await fixture.events()).map(({ type, data }) => ({ type, data }));

describe('portfolios and securities', () => {
  it('are opened and registered by the bodies of the HTTP commands, one or an array of them', async () => {
    expect(
      told(await fixture.take('portfolios', message({ portfolio_id: 'P1', base_currency: 'EUR' }))),
    ).toEqual(['1 accepted']);
    const two = [
      { security_id: 'S1', currency: 'USD', type: 'equity' },
      { security_id: 'S2', currency: 'EUR' },
    ];
    expect(told(await fixture.take('securities', message(two)))).toEqual(['1 accepted']);
    expect(await content()).toMatchObject([
      { type: 'PortfolioOpened', data: { portfolio_id: 'P1', cash: 'derived' } },
      { type: 'SecurityRegistered', data: { security_id: 'S1', type: 'equity' } },
      { type: 'SecurityRegistered', data: { security_id: 'S2', type: 'other' } },
    ]);
  });

  it('are changed by a second message, each seeing the one before it', async () => {
    const result = await fixture.take(
      'portfolios',
      message({ portfolio_id: 'P1', base_currency: 'EUR' }),
      message({ portfolio_id: 'P1', base_currency: 'EUR' }),
      message({ portfolio_id: 'P1', base_currency: 'EUR', name: 'Growth' }),
      message({ portfolio_id: 'P1', base_currency: 'USD' }),
    );
    expect(told(result)).toEqual(['2 accepted', '1 duplicate', 'dead: conflict']);
    expect(await fixture.events()).toMatchObject([
      { type: 'PortfolioOpened', version: 1, metadata: { kafka: { offset: '0' } } },
      { type: 'PortfolioSettingsChanged', version: 2, metadata: { kafka: { offset: '2' } } },
    ]);
  });
});

describe('an array with items that cannot be applied', () => {
  it('becomes a dead letter naming them, and its good items are applied', async () => {
    const result = await fixture.take(
      'securities',
      message([
        { security_id: 'S1', currency: 'USD' },
        { security_id: 'S2', currency: 'dollars' },
        { security_id: 'S3' },
      ]),
    );
    expect(result.status === 'committed' && result.deadLetters).toMatchObject([
      {
        code: 'invalid',
        reason: expect.stringMatching(/^item 1: currency: .*\(currency\); item 2: currency: is required/),
      },
    ]);
    expect(await content()).toMatchObject([{ data: { security_id: 'S1' } }]);
  });

  it('may be sent again: what was applied is nothing new', async () => {
    const body = message([{ security_id: 'S1', currency: 'USD' }, { security_id: 'S2' }]);
    await fixture.take('securities', body);
    expect(told(await fixture.take('securities', body))).toEqual(['dead: invalid']);
    expect(await content()).toHaveLength(1);
  });

  it('is refused as a whole when it is empty', async () => {
    expect(told(await fixture.take('securities', message([])))).toEqual(['dead: invalid']);
  });
});

describe('prices and rates', () => {
  const price = (date: string, value: unknown, security = 'S1') =>
    message({ security_id: security, date, price: value, currency: 'USD' });

  it('of a batch become one event for each security, with the last value of each day', async () => {
    const result = await fixture.take(
      'prices',
      price('2025-08-15', 10.5),
      price('2025-08-14', '9.75'),
      price('2025-08-15', 11),
      price('2025-08-15', 20, 'S2'),
      price('2025-08-15', -3),
    );
    expect(told(result)).toEqual(['4 accepted', 'dead: invalid']);
    expect((await content()).filter(({ type }) => type === 'PricesRecorded')).toEqual([
      {
        type: 'PricesRecorded',
        data: {
          security_id: 'S1',
          currency: 'USD',
          prices: [
            ['2025-08-14', '9.75'],
            ['2025-08-15', '11'],
          ],
        },
      },
      {
        type: 'PricesRecorded',
        data: { security_id: 'S2', currency: 'USD', prices: [['2025-08-15', '20']] },
      },
    ]);
  });

  it('that are known are nothing new, in a later batch too', async () => {
    await fixture.take('prices', price('2025-08-15', 10.5));
    expect(told(await fixture.take('prices', price('2025-08-15', '10.50')))).toEqual(['1 duplicate']);
    expect(told(await fixture.take('prices', price('2025-08-15', 12)))).toEqual(['1 accepted']);
    expect((await content()).filter(({ type }) => type === 'PricesRecorded')).toHaveLength(2);
  });

  it('keep every digit', async () => {
    const rate =
      '{"from_currency":"EUR","to_currency":"USD","date":"2025-08-15","rate":1.170200000000000001}';
    expect(told(await fixture.take('fx-rates', message(rate)))).toEqual(['1 accepted']);
    expect(await content()).toMatchObject([{ data: { rates: [['2025-08-15', '1.170200000000000001']] } }]);
  });

  it('of an unknown security without a currency are dead letters', async () => {
    const lost = message({ security_id: 'UNKNOWN', date: '2025-08-15', price: 1 });
    expect(told(await fixture.take('prices', lost))).toEqual(['dead: invalid']);
  });
});

describe('business dates', () => {
  it('only advance', async () => {
    const result = await fixture.take(
      'business-dates',
      message({ date: '2025-08-18' }),
      message({ date: '2025-08-15' }),
      message([{ date: '2025-08-19' }, { date: '2025-08-20' }]),
      message({ date: '2031-01-01' }),
    );
    expect(told(result)).toEqual(['2 accepted', '1 duplicate', 'dead: invalid']);
    expect((await content()).map(({ data }) => data)).toEqual([
      { date: '2025-08-18' },
      { date: '2025-08-19' },
      { date: '2025-08-20' },
    ]);
  });
});
