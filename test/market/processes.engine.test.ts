/** Market data as it is run: several processes behind one topic, clients on each of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertsTopic } from '../../commands/ingest/topics.ts';
import { withAdmin } from '../../infra/kafka/positions.ts';
import { facts } from '../support/books.ts';
import type { StreamProcess } from '../support/stream-process.ts';
import { openStreamWorld } from '../support/stream-world.ts';
import type { StreamWorld } from '../support/stream-world.ts';
import { watchPrices } from './price-watcher.ts';
import type { PriceWatcher } from './price-watcher.ts';

const SYMBOLS = ['AAPL', 'MSFT', 'BRK.A', 'BRK.B', 'SAP', 'BTCUSD'];
const RICS = ['AAPL.O', 'MSFT.O', 'BRK.A', 'BRK.B', 'SAP.DE', 'BTCUSD'];

let world: StreamWorld;
let processes: StreamProcess[];
let clients: PriceWatcher[];
/** Ticks were sent up to here; always in the past, always later. */
let clock = Date.now() - 3_000_000;

beforeAll(async () => {
  world = await openStreamWorld();
  await world.books.project(
    facts.portfolio('P', { base_currency: 'USD' }),
    facts.security('SEC_AAPL', 'USD', { symbol: 'AAPL.O' }),
    facts.transaction('P', 'DEPOSIT', 'CASH_USD', '2025-01-01', {
      transaction_id: 'D',
      gross_transaction_amount: '1000',
      currency: 'USD',
    }),
    facts.transaction('P', 'BUY', 'SEC_AAPL', '2025-01-01', {
      transaction_id: 'B',
      currency: 'USD',
      quantity: '2',
      price: '100',
      gross_transaction_amount: '200',
    }),
    facts.closeDay('2025-01-02'),
  );
  processes = await Promise.all([world.startReady('market-data'), world.startReady('market-data')]);
  clients = await Promise.all(processes.map(({ url }) => watchPrices(url)));
  for (const client of clients) client.say({ type: 'subscribe', symbols: '*' });
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await world.close();
});

const tick = (ric: string, price: number, more: object = {}) => ({
  topic: world.config.topic,
  key: ric,
  value: JSON.stringify({ ric, price, timestamp: (clock += 10), volume: 1, ...more }),
  headers: [],
});

const send = (...messages: readonly ReturnType<typeof tick>[]) => world.producer.send([...messages]);

/** Waits until every client has these prices. */
function everybodyHas(prices: Readonly<Record<string, number>>): Promise<void> {
  return world.until(() => {
    for (const [i, client] of clients.entries())
      for (const [symbol, price] of Object.entries(prices))
        if (client.price(symbol) !== price)
          return `client ${i} has ${symbol} at ${client.price(symbol)} instead of ${price}`;
    return undefined;
  });
}

const deadLetters = () =>
  world.books.db.database.query<{ error_code: string; value: string; published: boolean }>(
    `select error_code, convert_from(value, 'UTF8') as value, published_at is not null as published
     from dead_letters where topic = $1 order by message_offset`,
    [world.config.topic],
  );

describe('several processes behind one topic', () => {
  it('each tell their clients of every symbol, and never of an older price', async () => {
    for (let round = 1; round <= 5; round++)
      await send(...RICS.map((ric, i) => tick(ric, 100 * (i + 1) + round)));
    await everybodyHas(Object.fromEntries(SYMBOLS.map((symbol, i) => [symbol, 100 * (i + 1) + 5])));

    await send(tick('AAPL.O', 1, { timestamp: clock - 1_000_000 }), tick('MSFT', 777));
    await everybodyHas({ MSFT: 777, AAPL: 105 });
    expect(clients.flatMap((client) => client.backwards())).toEqual([]);
    // The one that was late is in its bar all the same.
    await world.until(async () => {
      const reply = await fetch(`${processes[0]!.url}/api/data/AAPL?interval=5min`);
      const { data }: { data: { low: number }[] } = JSON.parse(await reply.text());
      return data.some(({ low }) => low === 1) ? undefined : JSON.stringify(data);
    });
  });

  it('keep the good ticks of a batch that has bad ones, and put those aside', async () => {
    await send(
      tick('AAPL.O', 201),
      tick('AAPL.O', 202, { timestamp: clock + 0.5 }),
      tick('AAPL.O', -3),
      { ...tick('AAPL.O', 4), value: `{"ric":"AAPL.O","price":1e400,"timestamp":${clock}}` },
      tick('AAPL.O', 205),
    );
    await everybodyHas({ AAPL: 205 });
    await world.until(async () => {
      const letters = await deadLetters();
      return letters.length === 3 && letters.every(({ published }) => published)
        ? undefined
        : JSON.stringify(letters);
    });
    expect((await deadLetters()).map(({ error_code }) => error_code)).toEqual([
      'invalid',
      'invalid',
      'invalid',
    ]);
  });

  it('raise an alert once, for everybody who watches, and on Kafka', async () => {
    const reply = await fetch(`${processes[0]!.url}/api/alerts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        symbol: 'SAP.DE',
        interval: 'tick',
        condition: 'price > 1000',
        hysteresis: 10,
        kafka: true,
      }),
    });
    expect(reply.status, await reply.clone().text()).toBe(201);
    for (const client of clients) client.say({ type: 'subscribe', alerts: true });
    await send(tick('SAP.DE', 999), tick('SAP.DE', 1001), tick('SAP.DE', 1002), tick('SAP.DE', 995));
    await everybodyHas({ SAP: 995 });
    const alerts = (client: PriceWatcher) => client.told.filter(({ type }) => type === 'alert');
    await world.until(() =>
      clients.every((client) => alerts(client).length === 1)
        ? undefined
        : JSON.stringify(clients.map((client) => alerts(client))),
    );
    expect(alerts(clients[1]!)[0]).toMatchObject({ alert: { symbol: 'SAP', value: 1001 } });
    const topic = alertsTopic(world.config.topicPrefix);
    await world.until(async () => {
      const offsets = await withAdmin(world.kafka, (admin) => admin.fetchTopicOffsets(topic));
      const published = offsets.reduce((sum, { high }) => sum + Number(high), 0);
      return published === 1 ? undefined : `${published} alerts on Kafka`;
    });
  });

  it('tell the value of a portfolio as prices change', async () => {
    const client = clients[1]!;
    client.say({ type: 'subscribe', portfolio: 'P' });
    await send(tick('AAPL.O', 300));
    await world.until(() => {
      const last = client.told.filter(({ type }) => type === 'portfolio_value').at(-1);
      const value = JSON.stringify(last ?? 'nothing');
      return value.includes('"market_value":"1400') ? undefined : value;
    });
  });

  it('lose and double nothing when one of them is killed', async () => {
    const before = await volumeOf('BTCUSD');
    let sent = 0;
    const burst = async () => {
      const ticks = Array.from({ length: 200 }, () => tick('BTCUSD', 1_000 + ++sent));
      await send(...ticks);
    };
    await burst();
    await processes[0]!.kill();
    await burst();
    processes[0] = await world.startReady('market-data');
    await burst();
    await world.until(async () => {
      const volume = (await volumeOf('BTCUSD')) - before;
      return volume === sent ? undefined : `${volume} of ${sent}`;
    });
    await clients[0]!.close();
    clients[0] = await watchPrices(processes[0].url);
    clients[0].say({ type: 'subscribe', symbol: 'BTCUSD' });
    await everybodyHas({ BTCUSD: 1_000 + sent });
  });
});

async function volumeOf(symbol: string): Promise<number> {
  const [row] = await world.books.db.database.query<{ volume: string | null }>(
    `select sum(b.volume) as volume from historical_ohlcv b join symbols s using (symbol_no) where s.symbol = $1`,
    [symbol],
  );
  return Number(row?.volume ?? 0);
}
