import { describe, expect, it } from 'vitest';
import type { EventLog } from '../../domain/log.ts';
import { calendarEvent, readAll, request, unique } from './log-events.ts';

/** The part of the contract about imports. */
export function bulkContract(theLog: () => EventLog): void {
  describe('appendBulk', () => {
    it('appends all in order, after what the streams hold already', async () => {
      const log = theLog();
      const a = unique('tab\there\\');
      const b = unique('b');
      const key = unique('key\n"quoted"\\N');
      await log.append(request({ streamId: a, events: 2 }));
      const before = await log.head();
      const strange = calendarEvent('tab\t newline\n return\r backslash\\ quote" \\N \u2028 🙂');
      const { committed, outcomes } = await log.appendBulk([
        request({ streamId: b, expected: 'none', events: [strange, calendarEvent('2025-01-02')], key }),
        request({ streamId: a, events: [calendarEvent('2025-01-03')] }),
        request({ streamId: b, events: [calendarEvent('2025-01-04')] }),
      ]);
      expect(committed).toBe(true);
      expect(outcomes).toEqual([
        { status: 'appended', firstPosition: before + 1, lastPosition: before + 2, version: 2 },
        { status: 'appended', firstPosition: before + 3, lastPosition: before + 3, version: 3 },
        { status: 'appended', firstPosition: before + 4, lastPosition: before + 4, version: 3 },
      ]);
      const stored = await readAll(log, before);
      expect(stored.map(({ position, streamId, version }) => [position - before, streamId, version])).toEqual(
        [
          [1, b, 1],
          [2, b, 2],
          [3, a, 3],
          [4, b, 3],
        ],
      );
      expect(stored[0]).toMatchObject(strange);
      expect(await log.findKey(key)).toMatchObject({ firstPosition: before + 1, lastPosition: before + 2 });
      expect(await log.append(request({ streamId: b, expected: 3 }))).toMatchObject({
        firstPosition: before + 5,
      });
    });

    it('appends nothing for repeats, of the log and within itself', async () => {
      const log = theLog();
      const old = unique('old');
      const fresh = unique('fresh');
      const streamId = unique('stream');
      const first = await log.append(request({ streamId, events: 2, key: old }));
      const before = await log.head();
      const { committed, outcomes } = await log.appendBulk([
        request({ streamId, expected: 'none', events: 2, key: old }),
        request({ streamId, key: fresh }),
        request({ streamId, key: fresh }),
        request({ streamId, key: old }),
        request({ streamId }),
      ]);
      expect(committed).toBe(true);
      const repeat = { ...first, status: 'duplicate', version: undefined };
      expect(outcomes).toEqual([
        repeat,
        { status: 'appended', firstPosition: before + 1, lastPosition: before + 1, version: 3 },
        { status: 'duplicate', firstPosition: before + 1, lastPosition: before + 1 },
        repeat,
        { status: 'appended', firstPosition: before + 2, lastPosition: before + 2, version: 4 },
      ]);
      expect((await log.readStream(streamId)).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    });

    it('commits nothing when one request conflicts, and tells which', async () => {
      const log = theLog();
      const taken = unique('taken');
      const key = unique('key');
      await log.append(request({ streamId: taken, key }));
      const before = await log.head();
      const own = unique('own');
      const byVersion = await log.appendBulk([
        request({ streamId: own, expected: 'none' }),
        request({ streamId: taken, expected: 'none' }),
        request({ streamId: own, expected: 'none' }),
      ]);
      expect(byVersion.committed).toBe(false);
      expect(byVersion.outcomes).toMatchObject([
        { status: 'appended' },
        { status: 'version_conflict', expected: 'none', actual: 1 },
        { status: 'version_conflict', expected: 'none', actual: 1 },
      ]);
      const fresh = unique('fresh');
      const byKey = await log.appendBulk([
        request({ streamId: own, key: fresh }),
        request({ streamId: own, key: fresh, fingerprint: 'other' }),
        request({ streamId: own, key, fingerprint: 'other' }),
      ]);
      expect(byKey.committed).toBe(false);
      expect(byKey.outcomes).toMatchObject([
        { status: 'appended' },
        { status: 'key_conflict', key: fresh },
        { status: 'key_conflict', key, firstPosition: before },
      ]);
      expect(await log.head()).toBe(before);
      expect(await log.findKey(fresh)).toBeUndefined();
      expect(await log.readStream(own)).toEqual([]);
    });

    it('rejects a bulk that cannot be stored, whole', async () => {
      const log = theLog();
      const before = await log.head();
      const streamId = unique('stream');
      const bad = { ...calendarEvent(), effectiveAt: 'yesterday' };
      const rejection = { name: 'EventLogError', code: 'invalid_append' };
      await expect(
        log.appendBulk([request({ streamId }), request({ streamId, events: [bad] })]),
      ).rejects.toMatchObject(rejection);
      await expect(log.appendBulk([request({ streamId, events: [] })])).rejects.toMatchObject(rejection);
      expect(await log.head()).toBe(before);
      expect(await log.appendBulk([])).toEqual({ committed: true, outcomes: [] });
    });
  });
}
