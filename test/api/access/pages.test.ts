/** Where access is off, a web page of another place gets nothing, whatever it has the browser send. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openAccess } from '../../../api/access/access.ts';
import { createSocketGuard } from '../../../api/sockets/guard.ts';
import { createSocketHub } from '../../../api/sockets/hub.ts';
import { DEFAULT_SOCKET_LIMITS } from '../../../api/sockets/limits.ts';
import { createSnapshotReads } from '../../../infra/market-store/snapshots.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { createMarketEvents } from '../../../projections/market/model.ts';
import { bodyOf, createTestApi, problemOf } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;
const causes: string[] = [];
const access = openAccess(['https://desk.example', '*'], { refused: (cause) => void causes.push(cause) });

beforeAll(async () => {
  api = await createTestApi({ access });
});
afterAll(() => api.close());

const EVIL = { Origin: 'https://evil.example' };
const REBOUND = { Host: 'evil.example:8080' };
const portfolio = { portfolio_id: 'P1', base_currency: 'USD' };

describe('a page of another place', () => {
  it('is refused by every route that is not for the public', async () => {
    const { paths } = await bodyOf<{ paths: Record<string, Record<string, { security?: object[] }>> }>(
      api.get('/openapi.json'),
    );
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { security }]) => ({ method, path, open: security?.length === 0 })),
    );
    expect(operations.length).toBeGreaterThan(50);
    for (const { method, path, open } of operations) {
      if (open) continue;
      for (const headers of [EVIL, REBOUND]) {
        const reply = await api.request(path.replace(/\{\w+\}/g, 'P1'), {
          method: method.toUpperCase(),
          headers,
        });
        expect([method, path, reply.status]).toEqual([method, path, 403]);
      }
    }
    expect(new Set(causes)).toEqual(new Set(['elsewhere']));
  });

  it('is told what to do', async () => {
    const problem = await problemOf(await api.get('/v1/portfolios', EVIL));
    expect(problem).toMatchObject({ type: 'urn:chronofolio:problem:forbidden', status: 403 });
    expect(problem.detail).toContain('CORS_ORIGINS');
  });

  it('changes nothing by requests that need no leave of the browser', async () => {
    const plain = { ...EVIL, 'Content-Type': 'text/plain' };
    expect((await api.post('/v1/portfolios', portfolio, plain)).status).toBe(403);
    expect((await api.post('/v1/portfolios', portfolio, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(
      403,
    );
    expect((await api.post('/v1/rollbacks', '', EVIL)).status).toBe(403);
    expect(await bodyOf(api.get('/v1/portfolios'))).toMatchObject({ portfolios: [] });
  });

  it('that is named, or of this machine, may ask, and so may programs', async () => {
    const visits: Record<string, string>[] = [
      {},
      { Origin: 'https://desk.example' },
      { Host: 'desk.example' },
      { Origin: 'http://localhost:3000' },
      { Host: '127.0.0.1:8080' },
    ];
    for (const headers of visits)
      expect([headers, (await api.post('/v1/portfolios', portfolio, headers)).status]).toEqual([
        headers,
        200,
      ]);
  });
});

describe('a socket', () => {
  it('is not opened for a page of another place', async () => {
    const hub = createSocketHub({
      snapshots: createSnapshotReads(api.database),
      events: createMarketEvents(() => undefined),
      limits: DEFAULT_SOCKET_LIMITS,
      logger: SILENT_LOGGER,
      metrics: { socketMessages: () => undefined, socketDropped: () => undefined, sockets: () => undefined },
      now: Date.now,
      guard: createSocketGuard(access),
    });
    const { url } = await hub.listen({ host: '127.0.0.1', port: 0 });
    try {
      for (const headers of [EVIL, REBOUND]) {
        const ws = new WebSocket(url, { headers });
        ws.on('error', () => undefined);
        const [, response] = (await once(ws, 'unexpected-response')) as [unknown, { statusCode?: number }];
        expect([headers, response.statusCode]).toEqual([headers, 403]);
        ws.terminate();
      }
      const ws = new WebSocket(url, { headers: { Origin: 'http://localhost:3000' } });
      await once(ws, 'open');
      ws.terminate();
    } finally {
      await hub.close();
    }
  });
});
