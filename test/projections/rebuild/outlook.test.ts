import { describe, expect, it } from 'vitest';
import { outlookOf, wholeDone } from '../../../projections/rebuild/outlook.ts';
import type { RebuildRun } from '../../../projections/rebuild/runs.ts';

const RUN: RebuildRun = {
  rebuildId: 'r',
  scope: { all: true },
  slot: 'gen_b',
  status: 'running',
  interrupted: false,
  phase: 'fold',
  foldVersion: 1,
  position: 10,
  done: 5,
  total: 10,
  events: 10,
  rowsWritten: 4_000,
  keysWritten: 4,
  seconds: 20,
  cancelRequested: false,
  approval: { flip: 'ask' },
  who: 'test',
  startedAt: '2025-01-01T00:00:00.000000Z',
  updatedAt: '2025-01-01T00:00:00.000000Z',
  finishedAt: null,
  error: null,
  report: null,
};

describe('how far a rebuild is', () => {
  it('grows from phase to phase and ends at the whole', () => {
    const phases = ['facts', 'fold', 'keys', 'catch up', 'verify', 'diff', 'flip'];
    const seen = phases.flatMap((phase) => [0, 3, 10].map((done) => wholeDone(true, phase, done, 10)));
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBeCloseTo(1);
    expect(wholeDone(true, 'done', 0, 0)).toBe(1);
  });

  it('is its fold, where keys are folded again', () => {
    expect(wholeDone(false, 'facts', 1, 1)).toBe(0);
    expect(wholeDone(false, 'fold', 1, 4)).toBe(0.25);
  });

  it('tells how long the rest will take, as long as somebody is at it', () => {
    const { progress, rowsPerSecond, etaSeconds } = outlookOf(RUN);
    expect(progress).toBeCloseTo(0.42);
    expect(rowsPerSecond).toBe(200);
    expect(etaSeconds).toBeCloseTo((20 * 0.58) / 0.42);
    expect(outlookOf({ ...RUN, interrupted: true }).etaSeconds).toBeNull();
    expect(outlookOf({ ...RUN, status: 'completed', phase: 'done' })).toMatchObject({
      progress: 1,
      etaSeconds: null,
    });
    expect(outlookOf({ ...RUN, phase: 'facts', done: 0, total: 0, seconds: 0 }).etaSeconds).toBeNull();
  });
});
