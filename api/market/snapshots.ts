/** Current prices. */
import { z } from '@hono/zod-openapi';
import { parseSymbol } from '../../domain/market/symbol.ts';
import type { SnapshotReads } from '../../projections/market/snapshots.ts';
import type { Api } from '../http/context.ts';
import { Problem } from '../http/problem.ts';
import { noParams } from '../reads/parameters.ts';
import { marketEndpoint, marketReply } from './endpoint.ts';
import { success } from './reply.ts';

const MAX_ASKED = 100;
const noQuery = z.strictObject({});

export const snapshotSchema = z
  .object({
    id: z.uuid(),
    symbol: z.string(),
    price: z.number(),
    timestamp: z.int().meta({ description: "Of the tick's own time, Unix milliseconds." }),
    volume: z.number().optional().meta({ description: 'Of the newest trade that told its size.' }),
    bid: z.number().optional(),
    ask: z.number().optional(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'Snapshot', description: 'The newest tick of a symbol.' });

const list = { data: z.array(snapshotSchema), count: z.int() };

// What is no text among the symbols is left out like what is no symbol, hence so wide a schema.
const asked = z.object({ symbols: z.array(z.unknown()) });

export function registerSnapshots(api: Api, reads: SnapshotReads): void {
  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/snapshots',
      summary: 'Every current price, the newest tick first',
      params: noParams,
      query: noQuery,
      replies: { 200: marketReply('The prices.', list) },
    },
    async (c) => {
      const data = await reads.all();
      return success(c, data, { count: data.length });
    },
  );

  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/snapshots/{symbol}',
      summary: 'The current price of a symbol',
      params: z.strictObject({
        symbol: z.string().meta({ description: '`AAPL`, `aapl` or `AAPL.O`.', example: 'AAPL' }),
      }),
      query: noQuery,
      replies: { 200: marketReply('The price.', { data: snapshotSchema }) },
      problems: ['not-found'],
    },
    async (c, { params }) => {
      const symbol = parseSymbol(params.symbol)?.symbol;
      const found = symbol === undefined ? undefined : await reads.one(symbol);
      if (!found) throw new Problem('not-found', `Snapshot not found for symbol: ${symbol ?? params.symbol}`);
      return success(c, found);
    },
  );

  marketEndpoint(
    api,
    {
      method: 'post',
      path: '/api/snapshots/query',
      scope: 'read',
      summary: 'The current prices of some symbols',
      description: `At most ${MAX_ASKED} symbols. The prices come in the order asked, each symbol once.`,
      params: noParams,
      query: noQuery,
      bodyDocument: {
        required: true,
        content: {
          'application/json': {
            schema: z.object({ symbols: z.array(z.string()).min(1).max(MAX_ASKED) }),
            example: { symbols: ['AAPL', 'BAS'] },
          },
        },
      },
      body: asked,
      replies: {
        200: marketReply('The prices there are.', {
          ...list,
          missing: z.array(z.string()).meta({ description: 'Symbols without a price.' }),
        }),
      },
    },
    async (c, { body }) => {
      const symbols = validSymbols(body.symbols);
      const data = await reads.many(symbols);
      const found = new Set(data.map(({ symbol }) => symbol));
      return success(c, data, {
        count: data.length,
        missing: symbols.filter((symbol) => !found.has(symbol)),
      });
    },
  );
}

/** Canonical, each once. What is no symbol is passed over as long as anything else is one. */
function validSymbols(asked: readonly unknown[]): string[] {
  if (asked.length > MAX_ASKED)
    throw new Problem('invalid-parameter', `symbols must not be more than ${MAX_ASKED}`);
  const symbols = new Set<string>();
  for (const name of asked) {
    const symbol = typeof name === 'string' ? parseSymbol(name.trim())?.symbol : undefined;
    if (symbol !== undefined) symbols.add(symbol);
  }
  if (symbols.size === 0)
    throw new Problem('invalid-parameter', 'symbols must have at least one valid symbol');
  return [...symbols];
}
