import { it } from 'vitest';
import { facts, openBooks } from '../../support/books.ts';
import { isoDate, day } from '../../../domain/dates.ts';
import { createOutboxPublisher } from '../../../infra/kafka/outbox-publisher.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { aggregationOn } from './support.ts';

it('bench', async () => {
  const P = 20, S = 20, D = 1000;
  const books = await openBooks(undefined, { outbox: { replays: true } });
  const first = day('2020-01-01');
  const t = (label: string, t0: number, n: number) =>
    console.log(label, Math.round(performance.now() - t0), 'ms', n, Math.round((n / (performance.now() - t0)) * 1000), '/s');
  const items = [
    ...Array.from({ length: S }, (_, s) => facts.security(`S${s}`, 'EUR')),
    ...Array.from({ length: S }, (_, s) => facts.prices(`S${s}`, 'EUR', Array.from({ length: D }, (_, d) => [isoDate(first + d), String(10 + ((s * d) % 50))] as const))),
    ...Array.from({ length: P }, (_, p) => facts.portfolio(`P${p}`)),
    ...Array.from({ length: P }, (_, p) => facts.transaction(`P${p}`, 'DEPOSIT', 'CASH_EUR', '2020-01-01', { transaction_id: `D${p}`, gross_transaction_amount: '1000000' })),
    ...Array.from({ length: P * S * 10 }, (_, i) => facts.transaction(`P${i % P}`, 'BUY', `S${Math.floor(i / P) % S}`, isoDate(first + Math.floor(i / P / S) * 50), { transaction_id: `B${i}`, quantity: '1', price: '10', gross_transaction_amount: '10' })),
    facts.closeDay(isoDate(first + D - 1)),
  ];
  let t0 = performance.now();
  await books.project(...items);
  const [{ n }] = (await books.db.database.query<{ n: number }>(`select count(*) as n from position_timeseries`)) as [{ n: number }];
  t('project rows', t0, n);
  const sent: { topic: string; key: unknown; value: unknown }[] = [];
  const publisher = createOutboxPublisher({
    activeDatabase: () => Promise.resolve(books.db.database),
    producer: { send: async (m) => void sent.push(...m) },
    topics: { transactions: 't', snapshots: 's', aggregation: 'a' },
    republishReplays: true, logger: SILENT_LOGGER,
  });
  t0 = performance.now();
  while ((await publisher.step()) > 0);
  t('publish', t0, sent.length);
  const a = aggregationOn(books);
  const values = sent.map((m) => String(m.value));
  for (const size of [1000, 5000]) {
    t0 = performance.now();
    const take = size === 1000 ? values.slice(0, 150_000) : values.slice(150_000);
    for (let i = 0; i < take.length; i += size) {
      const r = await a.giveSnapshots(...take.slice(i, i + size));
      if (r.status !== 'committed' || r.counts.accepted !== Math.min(size, take.length - i)) throw new Error(JSON.stringify(r).slice(0, 500));
    }
    t(`consume ${size}`, t0, take.length);
  }
  console.log(await a.store.waiting());
  t0 = performance.now();
  t('scheduler', t0, await a.scheduler.step());
  sent.splice(0);
  while ((await publisher.step()) > 0);
  t0 = performance.now();
  for (let i = 0; i < sent.length; i += 1000) await a.giveOrders(...sent.slice(i, i + 1000).map((m) => String(m.value)));
  t('orders', t0, sent.length);
  t0 = performance.now();
  t('aggregator', t0, await a.aggregator.step());
  console.log(await a.store.waiting());
  await books.close();
}, 600_000);
