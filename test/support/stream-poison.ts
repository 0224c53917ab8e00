/** Messages that cannot be taken in, each for another reason. */
import type { Random } from './random.ts';
import type { Market, Said } from './stream-market.ts';
import type { Outbound } from './stream-world.ts';

/** One of each kind, about things of the market; every one is different from all others. */
export function poisonOf(market: Market, random: Random, name: string): Outbound[] {
  const portfolio = random.pick(market.portfolioIds);
  const security = random.pick(market.securityIds);
  const good = (id: string): Record<string, unknown> => ({
    transaction_id: `${name}_${id}`,
    portfolio_id: portfolio,
    security_id: security,
    transaction_date: '2025-01-05T10:00:00Z',
    transaction_type: 'BUY',
    quantity: 3,
    price: 50,
    currency: market.currencyOf(security),
  });
  const text = (id: string, changes: Record<string, unknown>) => JSON.stringify({ ...good(id), ...changes });
  const transactions: unknown[] = [
    null,
    `{"transaction_id":"${name}_half","portfolio_id":`,
    `not JSON at all ${name}`,
    `"a text ${name}"`,
    `[${text('list', {})}]`,
    Buffer.concat([Buffer.from([0xff, 0xfe, 0x00]), Buffer.from(name)]),
    text('negative', { price: -1 }),
    text('text', { price: 'fifty' }),
    text('nothing', { price: null }),
    text('object', { quantity: { value: 3 } }),
    text('list', { quantity: [3] }),
    text('true', { quantity: true }),
    text('huge', {}).replace('"price":50', '"price":1e400'),
    text('tiny', {}).replace('"price":50', '"price":1e-400'),
    text('digits', {}).replace('"quantity":3', `"quantity":${'9'.repeat(200)}`),
    text('date', { transaction_date: '2025-02-30T10:00:00Z' }),
    text('zone', { transaction_date: '2025-02-03T10:00:00' }),
    text('year', { transaction_date: '9999-01-01' }),
    text('type', { transaction_type: 'STEAL' }),
    text('currency', { trade_currency: 'CHF' }),
    text('nul', { note: 'a\u0000b' }),
    text('surrogate', { portfolio_id: '\ud800' }),
    text('space', { portfolio_id: 'P 1' }),
    text('long', { security_id: 'S'.repeat(129) }),
    text('proto', {}).replace('{', '{"__proto__":{"price":1},'),
    text('more', { unheard_of: 1 }),
    text('epoch', { epoch: -1 }),
    text('half_epoch', { epoch: 1.5 }),
    text('text_epoch', { epoch: '1' }),
    // Marks a replay of something that never was; under an epoch that no key has reached, lest it be fenced.
    text('replay', { epoch: 1_000_000 }),
  ];
  const others: Outbound[] = [
    { kind: 'prices', key: security, value: { security_id: security, date: '2025-01-03', price: 0 } },
    {
      kind: 'prices',
      key: 'NOWHERE',
      value: { security_id: `${name}_NOWHERE`, date: '2025-01-03', price: 1 },
    },
    {
      kind: 'prices',
      key: security,
      value: `{"security_id":"${security}","date":"2025-01-03","price":1e999}`,
    },
    {
      kind: 'fx-rates',
      key: 'USD/EUR',
      value: { from_currency: 'USD', to_currency: 'EUR', date: '2025-01-03', rate: -0.9 },
    },
    { kind: 'business-dates', key: 'calendar', value: { date: '2199-01-01' } },
    { kind: 'business-dates', key: null, value: { date: 'tomorrow' } },
    { kind: 'portfolios', key: name, value: { portfolio_id: `${name}_P`, base_currency: 'euros' } },
    { kind: 'securities', key: name, value: { security_id: security, currency: 'GBP' } },
    { kind: 'snapshots', key: portfolio, value: { portfolio_id: portfolio, date: '2025-01-03' } },
    {
      kind: 'aggregation',
      key: 'NOBODY',
      value: `{"portfolio_id":"${name}_NOBODY","aggregation_date":"2025-01-03","correlation_id":"X"}`,
    },
  ];
  return [
    ...transactions.map((value): Outbound => ({ kind: 'transactions', key: portfolio, value })),
    { kind: 'transactions' as const, key: null, value: `{"without": "a key ${name}"}` },
    ...others,
  ].map((each, i) => ({
    ...each,
    headers: [
      ['trace', `${name}-${i}`],
      ['x-error-code', 'of before'],
    ],
  }));
}

/** The same transaction with other content. */
export function conflictWith(said: Said): Outbound {
  const quantity = typeof said.value.quantity === 'number' ? said.value.quantity + 1 : 7;
  return {
    kind: 'transactions',
    key: said.key,
    value: { ...said.value, quantity, price: 1, gross_transaction_amount: quantity },
    headers: [['trace', 'conflict']],
  };
}
