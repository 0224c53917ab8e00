/** The file of providers: what it may say of each of them. */
import { z } from 'zod';
import { jsonPath } from './json-path.ts';
import { TIME_UNITS } from './values.ts';

const path = z.string().refine((text) => {
  try {
    jsonPath(text);
    return true;
  } catch {
    return false;
  }
}, 'must be a path such as data[*].price');
const text = z.string().min(1, 'must not be empty');
const milliseconds = (least: number, most: number) => z.number().int().min(least).max(most);
const headers = z.record(z.string(), z.string()).default({});
const timeUnit = z.enum(TIME_UNITS).default('auto');

/** How our symbols and intervals are called there; ours where nothing is said. */
const symbols = z.record(z.string(), text).default({});

/** Of what requests there may be, and how long is waited for an answer. */
const manners = {
  headers,
  requestsPerMinute: z.number().int().min(1).max(100_000).default(60),
  retries: z.number().int().min(0).max(20).default(5),
  timeoutMs: milliseconds(100, 600_000).default(15_000),
  maxBytes: z.number().int().min(1_024).max(1_073_741_824).default(33_554_432),
};

const barFields = {
  time: path.default('time'),
  open: path.default('open'),
  high: path.default('high'),
  low: path.default('low'),
  close: path.default('close'),
  volume: path.default('volume'),
};

const fileBars = z.strictObject({
  kind: z.literal('file'),
  path: text,
  /** Where the rows of a JSON document are. */
  rows: path.default('[*]'),
  /** Names of the columns of CSV, or paths in a row of JSON. */
  fields: z
    .strictObject({ time: path, open: path, high: path, low: path, close: path, volume: path, symbol: path })
    .partial()
    .default({}),
  timeUnit,
});

const httpBars = z.strictObject({
  kind: z.literal('http'),
  url: text,
  /** How `{from}` and `{to}` are written. */
  times: z.enum(['s', 'ms', 'iso', 'date']).default('s'),
  intervals: z.strictObject({ '5min': text, '1day': text }).partial().default({}),
  /** Where the rows are; without it every field is a list of its own, and they go together. */
  rows: path.optional(),
  fields: z.strictObject(barFields).prefault({}),
  timeUnit,
  maxBars: z.number().int().min(1).max(50_000).default(1_000),
  /** What else than 200 means that there is nothing, such as 404. */
  nothing: z.array(z.number().int().min(204).max(499)).max(10).default([]),
  ...manners,
});

const tickFields = z
  .strictObject({
    symbol: path.optional(),
    price: path.default('price'),
    timestamp: path.optional(),
    volume: path.optional(),
    bid: path.optional(),
    ask: path.optional(),
  })
  .prefault({});

const live = {
  symbols: z.array(text).min(1, 'must name a symbol').max(10_000),
  /** Where the ticks are in a message or an answer. */
  rows: path.default(''),
  fields: tickFields,
  timeUnit,
};

const webSocket = z.strictObject({
  kind: z.literal('websocket'),
  url: text,
  headers,
  ...live,
  /** Sent after connecting: JSON, in which {symbol} makes it one message each, {symbols} one of all. */
  subscribe: z.json().optional(),
  keepAlive: z
    .strictObject({ everyMs: milliseconds(100, 3_600_000), message: z.json().optional() })
    .default({ everyMs: 20_000 }),
  /** A connection on which nothing is heard for so long is given up. */
  silenceMs: milliseconds(100, 3_600_000).default(60_000),
  timeoutMs: milliseconds(100, 600_000).default(15_000),
  maxBytes: z.number().int().min(1_024).max(67_108_864).default(1_048_576),
  /** Wait before connecting again; doubled each time. */
  backoff: z
    .strictObject({ baseMs: milliseconds(10, 60_000), capMs: milliseconds(10, 3_600_000) })
    .default({ baseMs: 500, capMs: 30_000 }),
});

const polling = z.strictObject({
  kind: z.literal('poll'),
  /** With {symbol} asked for each of them, with {symbols} for all at once. */
  url: text,
  everyMs: milliseconds(100, 86_400_000),
  ...live,
  ...manners,
});

const provider = z.strictObject({
  symbols,
  bars: z.discriminatedUnion('kind', [fileBars, httpBars]).optional(),
  live: z.discriminatedUnion('kind', [webSocket, polling]).optional(),
  /** Who fills the gap after a connection was lost: the name of a provider of bars. */
  gapFill: text.optional(),
});

export const PROVIDERS = z.strictObject({
  providers: z.record(
    z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'must be a name of small letters, digits, hyphens'),
    provider,
  ),
});

export type ProviderSettings = z.output<typeof provider>;
export type FileBarsSettings = z.output<typeof fileBars>;
export type HttpBarsSettings = z.output<typeof httpBars>;
export type WebSocketSettings = z.output<typeof webSocket>;
export type PollSettings = z.output<typeof polling>;
export type Manners = Pick<
  HttpBarsSettings,
  'headers' | 'requestsPerMinute' | 'retries' | 'timeoutMs' | 'maxBytes'
>;

export const ONE_PROVIDER = provider;
export const FILE_BARS = fileBars;
