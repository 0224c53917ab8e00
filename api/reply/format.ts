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
  const ranked = accept
    .split(',')
    .map((range) => weighted(range))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { mediaType } of ranked) {
    const format =
      offered.find((one) => one === MEDIA_TYPES[mediaType] || within(FORMATS[one], mediaType)) ??
      Object.keys(more).find((name) => more[name] === mediaType);
    if (format !== undefined) return format;
  }
  const types = [...offered.map((one) => FORMATS[one]), ...Object.values(more)];
  throw new Problem('not-acceptable', `offered are ${types.join(', ')}`);
}

/** Whether a range such as `text/*` covers the media type. */
function within(mediaType: string, range: string): boolean {
  return range === '*/*' || (range.endsWith('/*') && mediaType.startsWith(range.slice(0, -1)));
}

function weighted(range: string): { mediaType: string; weight: number } {
  const [mediaType = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  return { mediaType, weight: Number.isFinite(weight) ? weight : 0 };
}
