/** What clients and the hub say to each other, as text. */
import { z } from 'zod';
import { parseSymbol } from '../../domain/market/symbol.ts';
import type { PortfolioValue } from '../../projections/market/live-values.ts';
import type { AlertRaised, Snapshot } from '../../projections/market/model.ts';

/** Stands for every symbol. */
export const ALL = '*';

export interface Targets {
  /** Canonical, each once; `*` among them for all. `undefined`: the message names none. */
  readonly symbols: readonly string[] | undefined;
  readonly portfolio: string | undefined;
  readonly alerts: boolean;
}

export type Inbound =
  | { readonly type: 'subscribe' | 'unsubscribe'; readonly targets: Targets; readonly complaint?: string }
  | { readonly type: 'heartbeat' }
  | { readonly type: 'invalid'; readonly complaint: string };

/** An optional member: `null` says as little as none. */
function optional<T>(schema: z.ZodType<T>) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** The database cannot hold all that JSON can spell. */
const PRINTABLE = /^[^\u0000-\u001f\u007f]*$/;

const MESSAGE = z.object({
  type: z.string('type must be text'),
  symbol: optional(z.string('symbol must be text')),
  symbols: optional(z.union([z.string(), z.array(z.unknown())], 'symbols must be a list')),
  portfolio: optional(
    z.string('portfolio must be text').min(1).max(128).regex(PRINTABLE, 'portfolio must be an id'),
  ),
  alerts: optional(z.boolean('alerts must be true or false')),
});

/** A message of a client. Symbols that are none are left out of it and complained of. */
export function parseInbound(text: string): Inbound {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return invalid('invalid JSON');
  }
  const parsed = MESSAGE.safeParse(value);
  if (!parsed.success)
    return invalid(
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? parsed.error.issues[0]!.message
        : 'a message must be a JSON object',
    );
  const { type } = parsed.data;
  if (type === 'heartbeat') return { type };
  if (type !== 'subscribe' && type !== 'unsubscribe') return invalid(`unknown message type: ${quoted(type)}`);
  return targeted(type, parsed.data);
}

function targeted(type: 'subscribe' | 'unsubscribe', message: z.output<typeof MESSAGE>): Inbound {
  const { symbol, symbols, portfolio, alerts } = message;
  const named = [
    ...(symbol === undefined ? [] : [symbol]),
    ...(symbols === undefined ? [] : [symbols].flat()),
  ];
  const says = symbol !== undefined || symbols !== undefined;
  const also = portfolio !== undefined || alerts === true;
  if (type === 'subscribe' && !also && named.length === 0) return invalid('symbol or symbols required');
  const known = new Set<string>();
  const wrong: string[] = [];
  for (const name of named) {
    const found =
      name === ALL ? ALL : typeof name === 'string' ? parseSymbol(name.trim())?.symbol : undefined;
    if (found === undefined) wrong.push(quoted(name));
    else known.add(found);
  }
  const complaint = wrong.length === 0 ? undefined : `invalid symbol: ${wrong.slice(0, 10).join(', ')}`;
  if (complaint !== undefined && known.size === 0 && !also) return invalid(complaint);
  return {
    type,
    targets: {
      symbols: says ? [...known] : undefined,
      portfolio,
      alerts: alerts === true,
    },
    ...(complaint === undefined ? {} : { complaint }),
  };
}

function invalid(complaint: string): Inbound {
  return { type: 'invalid', complaint };
}

/** Something of the client's as it stands in an error: short. */
function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

export const outbound = {
  heartbeat: (clientId: string, now: number) =>
    JSON.stringify({ type: 'heartbeat', clientId, timestamp: now }),
  error: (error: string, now: number) => JSON.stringify({ type: 'error', error, timestamp: now }),
  price: (snapshot: Snapshot, now: number) =>
    JSON.stringify({ type: 'price_update', symbol: snapshot.symbol, data: snapshot, timestamp: now }),
  alert: (alert: AlertRaised, now: number) => JSON.stringify({ type: 'alert', alert, timestamp: now }),
  portfolio: (value: PortfolioValue, now: number) =>
    JSON.stringify({
      type: 'portfolio_value',
      portfolio: value.portfolio_id,
      data: value,
      timestamp: now,
    }),
  /** @param also `portfolio` or `alerts`, where the message was about them */
  changed: (
    type: 'subscribed' | 'unsubscribed',
    symbols: readonly string[],
    now: number,
    also: { readonly portfolio?: string; readonly alerts?: true } = {},
  ) => JSON.stringify({ type, symbols, ...also, timestamp: now }),
};
