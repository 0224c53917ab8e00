import { afterEach, describe, expect, it } from 'vitest';
import { createHttpSink } from '../../../infra/providers/http-sink.ts';
import type { OutgoingTick } from '../../../projections/market/ingest-sink.ts';
import { httpStand } from './support/servers.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function stand(answer: Parameters<typeof httpStand>[0]) {
  const made = await httpStand(answer);
  closing.push(() => made.close());
  return made;
}

const TICK: OutgoingTick = {
  code: 'AAPL.O',
  tick: {
    ...{ symbol: 'AAPL', exchange: 'XNAS', price: 18_732_000_001n, timestamp: 1755268200123 },
    ...{ volume: 50_000_000n, bid: undefined, ask: undefined },
  },
};

describe('ticks over HTTP', () => {
  it('are posted one a line, to /api/ticks of a server or to the address given', async () => {
    const bodies: string[] = [];
    const types: unknown[] = [];
    const { url, asked } = await stand((request, response, body) => {
      bodies.push(body);
      types.push(request.headers['content-type']);
      response.end(JSON.stringify({ success: true, data: { accepted: 1, rejected: 1 } }));
    });
    expect(await createHttpSink(url).send([TICK, TICK])).toBe(1);
    await createHttpSink(`${url}/other`).send([TICK]);
    expect(asked).toEqual(['/api/ticks', '/other']);
    expect(types[0]).toBe('application/x-ndjson');
    const line = '{"ric":"AAPL.O","price":187.32000001,"timestamp":1755268200123,"volume":0.5}\n';
    expect(bodies).toEqual([line + line, line]);
  });

  it('are sent with the login of the address in a header, and with it in no message', async () => {
    let login: unknown;
    const { url } = await stand((request, response) => {
      login = request.headers.authorization;
      response.writeHead(500).end();
    });
    const to = createHttpSink(url.replace('//', '//me:p%40ss@'));
    await expect(to.send([TICK])).rejects.toThrow(`${url}/api/ticks answers 500`);
    expect(login).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  it('are sent with a key, where there is one and the address has no login', async () => {
    const seen: unknown[] = [];
    const { url } = await stand((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(200).end('{}');
    });
    await createHttpSink(url, 'cf_key').send([TICK]);
    await createHttpSink(url.replace('//', '//me:pw@'), 'cf_key').send([TICK]);
    await createHttpSink(url).send([TICK]);
    expect(seen).toEqual(['Bearer cf_key', `Basic ${Buffer.from('me:pw').toString('base64')}`, undefined]);
  });

  it('that are all bad are refused one by one, not as a failure', async () => {
    const { url } = await stand((_, response) =>
      response.writeHead(422).end(JSON.stringify({ success: false, data: { rejected: 1 } })),
    );
    expect(await createHttpSink(url).send([TICK])).toBe(1);
  });

  it('fail with whether trying again may help', async () => {
    let status = 503;
    const { url } = await stand((_, response) => response.writeHead(status).end('why'));
    await expect(createHttpSink(url).send([TICK])).rejects.toMatchObject({ code: 'unavailable' });
    status = 413;
    await expect(createHttpSink(url).send([TICK])).rejects.toMatchObject({ code: 'refused' });
    await expect(createHttpSink('http://127.0.0.1:1').send([TICK])).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
