/** Results for programs. */

/** One JSON document over several lines. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** One JSON value on one line, for streams of them. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value);
}
