/** Which of the formats a table is sent in. */
import { Problem } from '../http/problem.ts';

export const FORMATS = { json: 'application/json', csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;
export type Format = keyof typeof FORMATS;

const MEDIA_TYPES: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/*': 'json',
  'text/*': 'csv',
  '*/*': 'json',
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
  if (asked !== undefined) return asked;
  if (accept === undefined || accept.trim() === '') return 'json';
  const ranked = accept
    .split(',')
    .map((range) => weighted(range))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { mediaType } of ranked) {
    const format = MEDIA_TYPES[mediaType] ?? Object.keys(more).find((name) => more[name] === mediaType);
    if (format !== undefined) return format;
  }
  throw new Problem(
    'not-acceptable',
    `offered are ${[...Object.values(FORMATS), ...Object.values(more)].join(', ')}`,
  );
}

function weighted(range: string): { mediaType: string; weight: number } {
  const [mediaType = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  return { mediaType, weight: Number.isFinite(weight) ? weight : 0 };
}
