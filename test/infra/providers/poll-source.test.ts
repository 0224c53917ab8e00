import { afterEach, describe, expect, it } from 'vitest';
import { openProviders } from '../../../infra/providers/providers.ts';
import type { RawTick, SourceEvent } from '../../../projections/market/provider.ts';
import { httpStand, until } from './support/servers.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function stand(answer: Parameters<typeof httpStand>[0]) {
  const made = await httpStand(answer);
  closing.push(() => made.close());
  return made;
}

function poll(url: string, live: object = {}) {
  const settings = {
    ...{
      kind: 'poll',
      url,
      everyMs: 100,
      symbols: ['AAPL', 'BRK.B'],
      retries: 0,
      requestsPerMinute: 100_000,
    },
    rows: 'quotes[*]',
    fields: { symbol: 's', price: 'p', timestamp: 't' },
    ...live,
  };
  const document = { providers: { acme: { symbols: { 'BRK.B': 'BRK-B' }, live: settings } } };
  const readFile = () => JSON.stringify(document);
  const source = openProviders({ path: 'p.json', env: {}, readFile, now: () => 5_000 }).source('acme');
  const ticks: RawTick[] = [];
  const events: SourceEvent[] = [];
  const controller = new AbortController();
  const running = source.run({
    signal: controller.signal,
    take: (taken) => ticks.push(...taken),
    room: () => Promise.resolve(),
    tell: (event) => events.push(event),
  });
  closing.push(() => {
    controller.abort();
    return running;
  });
  return { ticks, events };
}

describe('live prices by asking again and again', () => {
  it('are asked for all at once, and only what is new goes on', async () => {
    let t = 1;
    const tags: unknown[] = [];
    const { url, asked } = await stand((request, response) => {
      tags.push(request.headers['if-none-match']);
      if (tags.length === 3) return response.writeHead(304).end();
      if (tags.length === 4) t = 2;
      response.setHeader('etag', `"${t}"`);
      const quotes = [
        { s: 'AAPL', p: 1, t: 1755268200 },
        { s: 'BRK-B', p: 2, t: 1755268200 + t },
      ];
      return response.end(JSON.stringify({ quotes }));
    });
    const { ticks } = poll(`${url}/q?s={symbols}`);
    await until('five requests', () => asked.length >= 5);
    expect(ticks).toEqual([
      { symbol: 'AAPL', price: '1', timestamp: 1755268200_000 },
      { symbol: 'BRK.B', price: '2', timestamp: 1755268201_000 },
      { symbol: 'BRK.B', price: '2', timestamp: 1755268202_000 },
    ]);
    expect(asked[0]).toBe('/q?s=AAPL,BRK-B');
    expect(tags.slice(0, 5)).toEqual([undefined, '"1"', '"1"', '"1"', '"2"']);
  });

  it('are asked for one by one where the address says so, at the time they are received', async () => {
    const { url, asked } = await stand((request, response) =>
      response.end(JSON.stringify({ last: request.url === '/q/AAPL' ? 1 : 2 })),
    );
    const { ticks } = poll(`${url}/q/{symbol}`, { rows: '', fields: { price: 'last' } });
    await until('three requests', () => asked.length >= 3);
    expect(asked.slice(0, 3)).toEqual(['/q/AAPL', '/q/BRK-B', '/q/AAPL']);
    expect(ticks).toEqual([
      { symbol: 'AAPL', price: '1', timestamp: 5_000 },
      { symbol: 'BRK.B', price: '2', timestamp: 5_000 },
    ]);
  });

  it('go on after the provider was away', async () => {
    let asked = 0;
    const { url } = await stand((_, response) => {
      asked += 1;
      if (asked === 2) response.writeHead(503).end();
      else response.end(JSON.stringify({ quotes: [{ s: 'AAPL', p: asked, t: 1755268200 }] }));
    });
    const { ticks, events } = poll(`${url}/q`);
    await until('two ticks', () => ticks.length >= 2);
    expect(events.map(({ type }) => type).slice(0, 5)).toEqual([
      ...['connected', 'messages', 'lost', 'reconnected', 'messages'],
    ]);
  });
});
