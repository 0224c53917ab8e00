import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { openProviders } from '../../../infra/providers/providers.ts';
import type { Clock } from '../../../infra/providers/rate-limit.ts';
import type {
  BarFault,
  BarRequest,
  ProviderBar,
  ProviderError,
} from '../../../projections/market/provider.ts';
import { httpStand } from './support/servers.ts';
import type { HttpStand } from './support/servers.ts';

const TOKEN = 'f4-secret-token';
const stands: HttpStand[] = [];
afterEach(async () => {
  await Promise.all(stands.splice(0).map((stand) => stand.close()));
});

async function stand(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpStand> {
  const made = await httpStand(answer);
  stands.push(made);
  return made;
}

/** Waits cost nothing; they are written down. */
function quickClock(): Clock & { readonly waits: number[] } {
  let time = 1_000_000;
  const waits: number[] = [];
  return {
    waits,
    now: () => time,
    wait: async (ms, signal) => {
      signal.throwIfAborted();
      waits.push(ms);
      time += ms;
    },
  };
}

function acme(url: string, bars: object = {}, clock: Clock = quickClock()) {
  const settings = {
    kind: 'http',
    url: `${url}/v1/{symbol}?i={interval}&from={from}&to={to}&token=\${ACME_TOKEN}`,
    rows: 'data.bars[*]',
    fields: { time: 't', open: 'o', high: 'h', low: 'l', close: 'c', volume: 'v' },
    intervals: { '1day': '1d' },
    headers: { 'x-token': '${ACME_TOKEN}' },
    ...bars,
  };
  const document = { providers: { acme: { symbols: { 'BRK.B': 'BRK-B' }, bars: settings } } };
  const readFile = () => JSON.stringify(document);
  return openProviders({ path: 'p.json', env: { ACME_TOKEN: TOKEN }, readFile, clock }).bars('acme');
}

const FROM = Date.parse('2025-07-01T00:00:00Z');
const REQUEST: BarRequest = { symbol: 'BRK.B', interval: '1day', from: FROM, to: FROM + 2 * 86_400_000 };

async function read(provider: ReturnType<typeof acme>, over: Partial<BarRequest> = {}) {
  const bars: ProviderBar[] = [];
  const faults: BarFault[] = [];
  for await (const batch of provider.bars({ ...REQUEST, onFault: (fault) => faults.push(fault), ...over }))
    bars.push(...batch);
  return { bars, faults };
}

const ROW = { t: FROM / 1000, o: 1, h: 3, l: 0.5, c: '2.50', v: 1e-7 };
const json = (response: ServerResponse, document: unknown) => response.end(JSON.stringify(document));
const ok = (_request: IncomingMessage, response: ServerResponse) => json(response, { data: { bars: [ROW] } });

describe('bars over HTTP', () => {
  it('are asked for by the template and read by the mapping', async () => {
    let headers: IncomingMessage['headers'] = {};
    const { url, asked } = await stand((request, response) => {
      headers = request.headers;
      json(response, { data: { bars: [ROW, { ...ROW, t: 'soon' }, { ...ROW, h: null }] } });
    });
    expect(await read(acme(url))).toEqual({
      bars: [
        {
          when: { at: FROM },
          ...{ open: '1', high: '3', low: '0.5', close: '2.50', volume: '0.0000001' },
          where: 'acme BRK.B row 1',
        },
      ],
      faults: [
        { where: 'acme BRK.B row 2, time', rule: '"soon" is not a time' },
        { where: 'acme BRK.B row 3, high', rule: 'is missing' },
      ],
    });
    expect(asked).toEqual([`/v1/BRK-B?i=1d&from=1751328000&to=1751500800&token=${TOKEN}`]);
    expect(headers['x-token']).toBe(TOKEN);
  });

  it('may come as lists that go together', async () => {
    const document = { t: ['2025-07-01', '2025-07-02'], o: [1, 2], h: [1, 2], l: [1, 2], c: [1, 2], v: [5] };
    const { url } = await stand((_, response) => json(response, document));
    const fields = { time: 't[*]', open: 'o[*]', high: 'h[*]', low: 'l[*]', close: 'c[*]', volume: 'v[*]' };
    const { bars } = await read(acme(url, { rows: undefined, fields }));
    expect(bars.map(({ close, volume }) => [close, volume])).toEqual([
      ['1', '5'],
      ['2', '0'],
    ]);
  });

  it('are asked for again after what may pass, as late as the provider says', async () => {
    const answers: [number, Record<string, string>][] = [
      [429, { 'retry-after': '7' }],
      [503, {}],
      [500, { 'retry-after': new Date(1_000_000).toUTCString() }],
    ];
    const { url, asked } = await stand((request, response) => {
      const answer = answers.shift();
      if (answer) response.writeHead(...answer).end('busy');
      else ok(request, response);
    });
    const clock = quickClock();
    expect((await read(acme(url, {}, clock))).bars).toHaveLength(1);
    expect(asked).toHaveLength(4);
    expect(clock.waits[0]).toBe(7_000);
    expect(clock.waits[1]).toBeGreaterThanOrEqual(500);
    expect(clock.waits[1]).toBeLessThanOrEqual(1_000);
    expect(clock.waits[2]).toBeLessThanOrEqual(2_000);
  });

  it('are given up after so many tries, and at once where another would not help', async () => {
    let status = 503;
    const { url, asked } = await stand((_, response) => response.writeHead(status).end());
    await expect(read(acme(url, { retries: 2 }))).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toHaveLength(3);
    status = 401;
    await expect(read(acme(url))).rejects.toMatchObject({ code: 'refused' });
    status = 302;
    await expect(read(acme(url))).rejects.toThrow('answers 302');
    status = 404;
    await expect(read(acme(url))).rejects.toThrow('answers 404');
    expect(asked).toHaveLength(6);
    expect(await read(acme(url, { nothing: [404] }))).toEqual({ bars: [], faults: [] });
  });

  it('keep to so many requests a minute', async () => {
    const { url } = await stand(ok);
    const clock = quickClock();
    const provider = acme(url, { requestsPerMinute: 2 }, clock);
    for (let i = 0; i < 5; i++) await read(provider);
    expect(clock.waits).toEqual([60_000, 60_000]);
  });

  it('are bounded in size and time', async () => {
    const { url } = await stand((request, response) => {
      if (request.url?.startsWith('/v1/LONG') === true) json(response, { data: 'x'.repeat(5_000) });
    });
    await expect(read(acme(url, { maxBytes: 1_024 }), { symbol: 'LONG' })).rejects.toThrow(
      'more than 1024 bytes',
    );
    await expect(read(acme(url, { timeoutMs: 100, retries: 0 }))).rejects.toThrow(
      'does not answer within 100 ms',
    );
  });

  it('end when they are told to', async () => {
    const controller = new AbortController();
    const { url } = await stand(() => controller.abort());
    await expect(read(acme(url), { signal: controller.signal })).rejects.toMatchObject({ code: 'stopped' });
  });

  it('never show credentials, whatever goes wrong', async () => {
    const { url } = await stand((_, response) => response.writeHead(400).end(TOKEN));
    const { url: closed, close } = await httpStand(ok);
    await close();
    const { url: html } = await stand((_, response) => response.end(`<p>${TOKEN}`));
    for (const address of [url, closed, html, 'http://nowhere.invalid', 'http://[bad']) {
      const failure = await read(acme(address, { retries: 0 })).catch(
        (error: unknown) => error as ProviderError,
      );
      expect(failure).toBeInstanceOf(Error);
      const { message, stack, cause } = failure as ProviderError;
      const told = `${message} ${stack} ${cause instanceof Error ? `${cause.message} ${cause.stack}` : ''}`;
      expect(told).not.toContain(TOKEN);
      expect(message).toContain('acme: ');
      if (address !== 'http://[bad') expect(message).toContain('token=***');
    }
  });
});
