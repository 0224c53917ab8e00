/** Who may connect, what is hidden there, and how a connection ends with its key. */
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createSocketGuard } from '../../../api/sockets/guard.ts';
import { createSocketHub } from '../../../api/sockets/hub.ts';
import type { SocketHub } from '../../../api/sockets/hub.ts';
import { DEFAULT_SOCKET_LIMITS } from '../../../api/sockets/limits.ts';
import { createSnapshotReads } from '../../../infra/market-store/snapshots.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import type { LiveValues } from '../../../projections/market/live-values.ts';
import { createMarketEvents } from '../../../projections/market/model.ts';
import { openAccess } from '../../support/access.ts';
import type { TestAccess } from '../../support/access.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { connectSocket } from '../../support/socket-client.ts';

let test: TestDatabase;
let access: TestAccess;
let hub: SocketHub;
let url: string;
/** Portfolios whose live values were asked for. */
const watched: string[] = [];
let now = Date.now();

const OWN = 'P_OWN';
const liveValues: LiveValues = {
  watch(portfolioId, hear) {
    watched.push(portfolioId);
    queueMicrotask(() => hear('unknown'));
    return () => undefined;
  },
  close: () => undefined,
};

beforeAll(async () => {
  test = await createTestDatabase();
  access = openAccess(test.database, { rememberMs: 0, now: () => now });
  hub = createSocketHub({
    snapshots: createSnapshotReads(test.database),
    events: createMarketEvents(() => undefined),
    limits: { ...DEFAULT_SOCKET_LIMITS, pingMs: 20 },
    logger: SILENT_LOGGER,
    metrics: { socketMessages: () => undefined, socketDropped: () => undefined, sockets: () => undefined },
    now: Date.now,
    guard: createSocketGuard(access.access, () => now),
    liveValues,
  });
  ({ url } = await hub.listen({ host: '127.0.0.1', port: 0 }));
});
afterEach(() => void watched.splice(0));
afterAll(async () => {
  await hub.close();
  await access.close();
  await test.close();
});

/** The status with which an upgrade is refused. */
async function refusal(
  headers: Record<string, string>,
  protocols: string[] = [],
): Promise<number | undefined> {
  const ws = new WebSocket(url, protocols, { headers });
  const [, response] = (await once(ws, 'unexpected-response')) as [unknown, { statusCode?: number }];
  ws.on('error', () => undefined);
  ws.terminate();
  return response.statusCode;
}

const connect = async (order: Parameters<TestAccess['headers']>[0] = {}) =>
  connectSocket(url, { headers: await access.headers(order) });

describe('the door', () => {
  it('is open to those who may read, before anything is upgraded', async () => {
    expect(await refusal({})).toBe(401);
    expect(await refusal({ Authorization: 'Bearer nonsense' })).toBe(401);
    expect(await refusal({}, ['chronofolio', 'chronofolio.bearer.nonsense'])).toBe(401);
    expect(await refusal(await access.headers({ scopes: ['write', 'operate', 'admin'] }))).toBe(403);
    const client = await connect({ scopes: ['read'] });
    await client.next('heartbeat');
    await client.close();
  });

  it('takes the token of a browser as a subprotocol, and does not say it again', async () => {
    const token = await access.token();
    const ws = new WebSocket(url, ['chronofolio', `chronofolio.bearer.${token}`]);
    await once(ws, 'open');
    expect(ws.protocol).toBe('chronofolio');
    ws.terminate();
  });
});

describe('a portfolio that may not be known of', () => {
  it('is answered as one that there is not, and not asked after', async () => {
    const limited = await connect({ portfolio_ids: [OWN] });
    const whole = await connect();
    const answer = async (client: typeof limited, portfolio: string) => {
      client.clear();
      client.say({ type: 'subscribe', portfolio });
      const { error } = await client.next('error');
      return error?.replace(portfolio, '?');
    };
    const unknown = await answer(whole, 'P_NONE');
    expect(unknown).toBe('unknown portfolio: ?');
    watched.splice(0);
    expect(await answer(limited, 'P_HIDDEN')).toBe(unknown);
    expect(watched).toEqual([]);
    await answer(limited, OWN);
    expect(watched).toEqual([OWN]);
    await limited.close();
    await whole.close();
  });
});

describe('a connection', () => {
  it('ends with 1008 when its key is revoked', async () => {
    const token = await access.token();
    const client = await connectSocket(url, { headers: { Authorization: `Bearer ${token}` } });
    await access.keys.revoke(token.slice(3, 15), { source: 'cli' });
    expect(await client.closed).toEqual({ code: 1008, reason: 'the key is not valid any more' });
  });

  it('ends with 1008 when its key ends', async () => {
    const client = await connect({
      expires_at: `${new Date(now + 60_000).toISOString().slice(0, 23)}000Z`,
    });
    await client.next('heartbeat');
    now += 60_000;
    expect((await client.closed).code).toBe(1008);
  });
});
