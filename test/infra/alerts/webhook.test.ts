import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWebhookSender } from '../../../infra/alerts/webhook.ts';
import type { Resolve, WebhookSenderOptions } from '../../../infra/alerts/webhook.ts';
import type { WebhookDelivery } from '../../../projections/market/alert-delivery.ts';

interface Request {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server;
let origin: string;
let requests: Request[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      requests.push({ url: request.url, headers: request.headers, body });
      if (request.url === '/silent') return;
      if (request.url === '/moved') response.writeHead(302, { Location: `${origin}/elsewhere` });
      if (request.url === '/broken') response.writeHead(500);
      if (request.url === '/endless') {
        const more = () => response.write('x'.repeat(10_000), more);
        more();
      } else response.end('thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
});

const delivery = (url: string | null, secret: string | null = 'of the rule'): WebhookDelivery => ({
  eventNo: 1,
  attempts: 1,
  url,
  secret,
  name: 'too hot',
  alert: {
    alert_id: 'a-1',
    rule_id: 'r-1',
    symbol: 'AAPL',
    interval: 'tick',
    condition: 'price > 200',
    value: 201,
    at: 1000,
    raised_at: '2025-01-01T00:00:00.000000Z',
  },
});

const sender = (options: Partial<WebhookSenderOptions> = {}) =>
  createWebhookSender({ allowedHosts: ['127.0.0.1'], secret: undefined, ...options });

describe('a webhook', () => {
  it('is posted with an id and a signature that its receiver can verify', async () => {
    const send = sender({ now: () => 1_700_000_000_999 });
    expect(await send(delivery(`${origin}/here?a=1`))).toEqual({ ok: true });
    const [request] = requests;
    expect(request).toMatchObject({
      url: '/here?a=1',
      headers: { 'content-type': 'application/json', 'x-chronofolio-delivery': 'a-1' },
    });
    expect(JSON.parse(request!.body)).toEqual({ ...delivery(null).alert, name: 'too hot' });
    const header = String(request!.headers['x-chronofolio-signature']);
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
    expect(t).toBe('1700000000');
    expect(v1).toBe(createHmac('sha256', 'of the rule').update(`${t}.${request!.body}`).digest('hex'));
  });

  it('is signed with the secret of the installation where the rule has none', async () => {
    const send = sender({ secret: 'of all', now: () => 1000 });
    await send(delivery(origin, null));
    const digest = createHmac('sha256', 'of all').update(`1.${requests[0]!.body}`).digest('hex');
    expect(requests[0]!.headers['x-chronofolio-signature']).toBe(`t=1,v1=${digest}`);
    expect(await sender()(delivery(origin, null))).toMatchObject({ ok: false, final: true });
  });

  it('that is answered with an error may be tried again', async () => {
    expect(await sender()(delivery(`${origin}/broken`))).toEqual({
      ok: false,
      final: false,
      error: 'HTTP 500',
    });
  });

  it('follows no redirect', async () => {
    expect(await sender()(delivery(`${origin}/moved`))).toMatchObject({ ok: false, final: false });
    expect(requests.map(({ url }) => url)).toEqual(['/moved']);
  });

  it('does not wait for a reply for ever, nor read one that does not end', async () => {
    const hasty = sender({ timeoutMs: 100 });
    expect(await hasty(delivery(`${origin}/silent`))).toEqual({
      ok: false,
      final: false,
      error: 'timed out',
    });
    expect(await sender()(delivery(`${origin}/endless`))).toEqual({ ok: true });
  });

  it('may be tried again when nobody listens', async () => {
    expect(await sender()(delivery('http://127.0.0.1:1/'))).toEqual({
      ok: false,
      final: false,
      error: 'ECONNREFUSED',
    });
  });

  it.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
  ])('is not sent to %s', async (url) => {
    const refused = await sender({ allowedHosts: [] })(delivery(url));
    expect(refused).toEqual({
      ok: false,
      final: true,
      error: 'the address leads into a private network',
    });
  });

  const leadingTo =
    (...addresses: string[]): Resolve =>
    (_hostname, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  it('is not sent where a name leads into a private network, by any of its addresses', async () => {
    for (const resolve of [
      leadingTo('127.0.0.1'),
      leadingTo('::1'),
      leadingTo('93.184.216.34', '10.0.0.1'),
    ]) {
      const refused = await sender({ allowedHosts: [], resolve })(delivery('https://hooks.example/'));
      expect(refused).toMatchObject({ ok: false, final: true });
    }
    expect(requests).toEqual([]);
  });

  it('goes by http and into private networks for hosts that an operator names', async () => {
    const { port } = new URL(origin);
    expect(await sender({ allowedHosts: [] })(delivery(origin))).toMatchObject({ ok: false, final: true });
    const other = await sender({ allowedHosts: ['127.0.0.1:1'] })(delivery(origin));
    expect(other).toMatchObject({ ok: false, final: true });
    expect(requests).toEqual([]);
    expect(await sender({ allowedHosts: [`127.0.0.1:${port}`] })(delivery(origin))).toEqual({ ok: true });
    const named = sender({ allowedHosts: ['localhost'] });
    expect(await named(delivery(`http://localhost:${port}/`))).toEqual({ ok: true });
  });
});
