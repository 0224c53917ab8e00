/** Formats that only this API knows, said so that any validator checks them. */

const PATTERNS = new Map<unknown, string>([
  ['decimal', '^-?\\d+(\\.\\d+)?$'],
  ['date', '^\\d{4}-\\d{2}-\\d{2}$'],
]);

/** For `JSON.stringify`: a schema with one of the formats gets its pattern, where it has none of its own. */
export function withPattern(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('format' in value) || 'pattern' in value) return value;
  const pattern = PATTERNS.get(value.format);
  return pattern === undefined ? value : { ...value, pattern };
}
