/** Which of the formats a table is sent in. */
import { Problem } from '../http/problem.ts';

export const FORMATS = {
  json: 'application/json',
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  arrow: 'application/vnd.apache.arrow.stream',
  parquet: 'application/vnd.apache.parquet',
} as const;
export type Format = keyof typeof FORMATS;

/** What some reports can be drawn as. */
export const PICTURE = { svg: 'image/svg+xml' } as const;

/** In the order in which one is chosen for a client that takes any. */
export const TABLE_FORMATS = ['json', 'csv', 'ndjson', 'arrow', 'parquet'] as const satisfies Format[];

const MEDIA_TYPES: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/vnd.apache.arrow.stream': 'arrow',
  'application/vnd.apache.parquet': 'parquet',
};

/** Formats that one endpoint offers beyond those of every table, with their media types. */
export type MoreFormats<F extends string> = Readonly<Record<F, string>>;

/** `?format=` if given, else the best of `Accept`, else JSON. */
export function negotiate(asked: Format | undefined, accept: string | undefined): Format;
export function negotiate<F extends string>(
  asked: Format | F | undefined,
  accept: string | undefined,
  more: MoreFormats<F>,
): Format | F;
export function negotiate(
  asked: string | undefined,
  accept: string | undefined,
  more: MoreFormats<string> = {},
): string {
  return asked ?? accepted(accept, TABLE_FORMATS, more);
}

/**
 * The best of `Accept` among the formats offered, the first one for a client that takes any.
 * @throws Problem for a client that takes none of them
 */
export function accepted<F extends Format>(accept: string | undefined, offered: readonly [F, ...F[]]): F;
export function accepted(
  accept: string | undefined,
  offered: readonly [Format, ...Format[]],
  more: MoreFormats<string>,
): string;
export function accepted(
  accept: string | undefined,
  offered: readonly [Format, ...Format[]],
  more: MoreFormats<string> = {},
): string {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = accept.split(',').map(weighted);
  const types: Readonly<Record<string, string>> = {
    ...Object.fromEntries(offered.map((name) => [name, FORMATS[name]])),
    ...more,
  };
  const [best] = Object.keys(types)
    .map((name) => ({ name, ...liking(ranges, (range) => closeness(range, name, types[name]!)) }))
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight || one.place - other.place);
  if (best) return best.name;
  throw new Problem('not-acceptable', `offered are ${Object.values(types).join(', ')}`);
}

interface Weighted {
  readonly mediaType: string;
  readonly weight: number;
}

/** How closely a range such as `text/*` names a format: the more, the closer; 0 where it does not cover it. */
function closeness(range: string, name: string, mediaType: string): number {
  if (range === mediaType || MEDIA_TYPES[range] === name) return 3;
  if (range === '*/*') return 1;
  return range.endsWith('/*') && mediaType.startsWith(range.slice(0, -1)) ? 2 : 0;
}

/** What the range that names a format most closely says of it: a wildcard takes nothing back that was said of one. */
function liking(
  ranges: readonly Weighted[],
  close: (range: string) => number,
): { readonly weight: number; readonly place: number } {
  const [closest] = ranges
    .map(({ mediaType, weight }, place) => ({ weight, place, closeness: close(mediaType) }))
    .filter((rated) => rated.closeness > 0)
    .sort((one, other) => other.closeness - one.closeness || other.weight - one.weight);
  return closest ?? { weight: 0, place: 0 };
}

function weighted(range: string): Weighted {
  const [mediaType = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  return { mediaType, weight: Number.isFinite(weight) ? weight : 0 };
}
