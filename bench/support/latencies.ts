/** Many timings in few words. */

/** The value below which `q` (0 to 1) of the values lie. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

/** `p50 3.1 ms, p99 7.4 ms`. */
export function latencyText(times: readonly number[]): string {
  return `p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`;
}

/** Milliseconds of each of so many runs, after some that warm the code up. */
export async function timed(
  rounds: number,
  work: (round: number) => Promise<unknown>,
  warmUp = 10,
): Promise<number[]> {
  const times: number[] = [];
  for (let round = -warmUp; round < rounds; round++) {
    const started = performance.now();
    await work(round);
    if (round >= 0) times.push(performance.now() - started);
  }
  return times;
}
