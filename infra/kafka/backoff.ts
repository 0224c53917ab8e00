/**
 * How long to wait before the next attempt, in milliseconds: doubling from `baseMs` up to `capMs`, of
 * which a random half, so that those who failed together do not come back together.
 */
export function backoffMs(
  failures: number,
  { baseMs = 200, capMs = 10_000, random = Math.random } = {},
): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(failures, 20));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
