import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startPeriodicVerification } from '../../../projections/verify/periodic.ts';
import type { VerifyReport } from '../../../projections/verify/verify.ts';

const REPORT: VerifyReport = {
  ok: true,
  slot: 'gen_a',
  position: 7,
  portfolios: 1,
  keys: 2,
  rows: 3,
  checksum: '00',
  skipped: [],
  quarantined: [],
  fold_version: 1,
  row_versions: [1],
  differences: [],
  broken: [],
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start(verify: () => Promise<VerifyReport>) {
  const onReport = vi.fn();
  const onError = vi.fn();
  const verification = startPeriodicVerification({ verify, everyMs: 1000, now: Date.now, onReport, onError });
  return { verification, onReport, onError };
}

it('verifies again and again, and never twice at once', async () => {
  let finish = (): void => undefined;
  const verify = vi.fn(() => new Promise<VerifyReport>((resolve) => (finish = () => resolve(REPORT))));
  const { verification, onReport } = start(verify);
  expect(verify).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(5000);
  expect(verify).toHaveBeenCalledTimes(1);
  finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(onReport).toHaveBeenCalledWith({ report: REPORT, seconds: 4, at: Date.now() });
  await vi.advanceTimersByTimeAsync(1000);
  expect(verify).toHaveBeenCalledTimes(2);
  finish();
  await verification.stop();
});

it('goes on after a failure, and stops when told', async () => {
  const verify = vi.fn().mockRejectedValueOnce(new Error('no database')).mockResolvedValue(REPORT);
  const { verification, onReport, onError } = start(verify);
  await vi.advanceTimersByTimeAsync(1000);
  expect(onError).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(onReport).toHaveBeenCalledTimes(1);
  await verification.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(verify).toHaveBeenCalledTimes(2);
});
