/**
 * What every adapter of the event log owes its callers. The log may be shared with other tests and
 * need not be empty, but nobody else may write to it meanwhile.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCHEMA_VERSION } from '../../domain/events.ts';
import type { AppendOutcome, EventLog, NewEvent } from '../../domain/log.ts';
import type { EventShapes } from '../../domain/upcast.ts';
import { bulkContract } from './event-log-contract-bulk.ts';
import { feedContract } from './event-log-contract-feed.ts';
import { calendarEvent, request, unique } from './log-events.ts';

/** Opens the log; every call opens the same store. */
export type OpenEventLog = (options?: { shapes?: EventShapes }) => Promise<EventLog>;

const statuses = (outcomes: readonly AppendOutcome[]) => outcomes.map(({ status }) => status);

export function eventLogContract(open: OpenEventLog): void {
  let log: EventLog;
  beforeAll(async () => {
    log = await open();
  });
  afterAll(() => log.close());

  describe('append', () => {
    it('gives consecutive positions and versions and keeps every field', async () => {
      const streamId = unique('transactions-PÖRT-"quoted"\\x');
      const before = await log.head();
      const recorded: NewEvent = {
        type: 'TransactionCancelled',
        data: {
          transaction_id: 'TXN "1"\n\t\\N',
          portfolio_id: '漢字 🙂 \u0000\u001f',
          security_id: 'null',
          reason: '{"a":[1,2]},\\"',
        },
        effectiveAt: '1987-10-19T14:30:00.000123Z',
        metadata: {
          source: 'kafka',
          correlation_id: 'c',
          kafka: { topic: 't', partition: 3, offset: '9007199254740993' },
        },
      };
      const prices: NewEvent = {
        type: 'PricesRecorded',
        data: { security_id: 'S', currency: 'USD', prices: [['2020-01-02', '75.087500000000000001']] },
        effectiveAt: '2020-01-02T00:00:00.000000Z',
        metadata: { source: 'import' },
      };
      const outcome = await log.append(request({ streamId, expected: 'none', events: [recorded, prices] }));
      expect(outcome).toEqual({
        status: 'appended',
        firstPosition: before + 1,
        lastPosition: before + 2,
        version: 2,
      });
      const stored = await log.readStream(streamId);
      expect(stored).toEqual([
        {
          ...recorded,
          streamId,
          position: before + 1,
          version: 1,
          eventId: expect.any(String),
          recordedAt: expect.any(String),
        },
        {
          ...prices,
          streamId,
          position: before + 2,
          version: 2,
          eventId: expect.any(String),
          recordedAt: expect.any(String),
        },
      ]);
      expect(stored[0]!.eventId).toMatch(/^[0-9a-f-]{36}$/);
      expect(stored[0]!.eventId).not.toBe(stored[1]!.eventId);
      expect(stored[0]!.recordedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      expect(await log.head()).toBe(before + 2);
    });

    it('checks the expected version and appends nothing when it differs', async () => {
      const streamId = unique('stream');
      expect(await log.append(request({ streamId, expected: 1 }))).toEqual({
        status: 'version_conflict',
        expected: 1,
        actual: 0,
      });
      expect(await log.append(request({ streamId, expected: 0, events: 2 }))).toMatchObject({ version: 2 });
      expect(await log.append(request({ streamId, expected: 'none' }))).toEqual({
        status: 'version_conflict',
        expected: 'none',
        actual: 2,
      });
      expect(await log.append(request({ streamId, expected: 1 }))).toMatchObject({ actual: 2 });
      expect(await log.append(request({ streamId, expected: 2 }))).toMatchObject({ version: 3 });
      expect(await log.append(request({ streamId, expected: 'any' }))).toMatchObject({ version: 4 });
      expect(await log.readStream(streamId)).toHaveLength(4);
    });

    it('rejects what cannot be stored without harm to its neighbours', async () => {
      const streamId = unique('stream');
      const before = await log.head();
      const [good, empty, badInstant, alsoGood] = await Promise.allSettled([
        log.append(request({ streamId })),
        log.append(request({ streamId, events: [] })),
        log.append(
          request({ streamId, events: [{ ...calendarEvent(), effectiveAt: '2025-02-30T00:00:00Z' }] }),
        ),
        log.append(request({ streamId })),
      ]);
      expect(empty).toMatchObject({ status: 'rejected', reason: { code: 'invalid_append' } });
      expect(badInstant).toMatchObject({ status: 'rejected', reason: { code: 'invalid_append' } });
      expect(good).toMatchObject({ value: { status: 'appended', version: 1 } });
      expect(alsoGood).toMatchObject({ value: { status: 'appended', version: 2 } });
      expect(await log.head()).toBe(before + 2);
    });
  });

  describe('idempotency', () => {
    it('answers a repeat with the first result, before looking at the version', async () => {
      const streamId = unique('stream');
      const key = unique('key');
      const first = await log.append(request({ streamId, expected: 'none', events: 3, key }));
      if (first.status !== 'appended') throw new Error(first.status);
      const { firstPosition, lastPosition } = first;
      const again = await log.append(request({ streamId, expected: 'none', events: 3, key }));
      expect(again).toEqual({ status: 'duplicate', firstPosition, lastPosition });
      expect(await log.append(request({ streamId: unique('other'), key }))).toEqual(again);
      expect(await log.append(request({ streamId, key, fingerprint: 'other' }))).toEqual({
        status: 'key_conflict',
        key,
        firstPosition,
      });
      expect(await log.findKey(key)).toEqual({ firstPosition, lastPosition, fingerprint: 'f' });
      expect(await log.readStream(streamId)).toHaveLength(3);
    });

    it('leaves the key of a refused append free', async () => {
      const streamId = unique('stream');
      const key = unique('key');
      expect(await log.append(request({ streamId, expected: 7, key }))).toMatchObject({
        status: 'version_conflict',
      });
      expect(await log.findKey(key)).toBeUndefined();
      expect(await log.append(request({ streamId, expected: 0, key, fingerprint: 'g' }))).toMatchObject({
        version: 1,
      });
    });

    it('appends once when the same key comes many times at once', async () => {
      const key = unique('key');
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, () => log.append(request({ streamId: unique('stream'), key }))),
      );
      expect(statuses(outcomes).sort()).toEqual([
        'appended',
        ...Array.from({ length: 29 }, () => 'duplicate'),
      ]);
      expect(
        new Set(outcomes.map((outcome) => 'firstPosition' in outcome && outcome.firstPosition)).size,
      ).toBe(1);
    });
  });

  describe('many at once', () => {
    it('lets one of many rivals win and their neighbours through', async () => {
      const streamId = unique('stream');
      const neighbours = unique('neighbours');
      const before = await log.head();
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          log.append(
            index % 2 === 0 ? request({ streamId, expected: 'none' }) : request({ streamId: neighbours }),
          ),
        ),
      );
      const rivals = outcomes.filter((_, index) => index % 2 === 0);
      expect(statuses(rivals).filter((status) => status === 'appended')).toHaveLength(1);
      expect(
        rivals.filter((outcome) => outcome.status === 'version_conflict' && outcome.actual === 1),
      ).toHaveLength(29);
      expect(statuses(outcomes.filter((_, index) => index % 2 === 1))).toEqual(
        Array.from({ length: 30 }, () => 'appended'),
      );
      expect(await log.head()).toBe(before + 31);
      expect((await log.readStream(neighbours)).map(({ version }) => version)).toEqual(
        Array.from({ length: 30 }, (_, index) => index + 1),
      );
    });

    it('appendMany runs its requests one after another, each with its own outcome', async () => {
      const a = unique('a');
      const b = unique('b');
      const key = unique('key');
      const before = await log.head();
      const outcomes = await log.appendMany([
        request({ streamId: a, expected: 'none', events: 2, key }),
        request({ streamId: a, expected: 2 }),
        request({ streamId: a, expected: 2 }),
        request({ streamId: b, expected: 'none', key }),
        request({ streamId: b, expected: 'none', key, fingerprint: 'g' }),
        request({ streamId: b, expected: 'none' }),
      ]);
      expect(outcomes).toEqual([
        { status: 'appended', firstPosition: before + 1, lastPosition: before + 2, version: 2 },
        { status: 'appended', firstPosition: before + 3, lastPosition: before + 3, version: 3 },
        { status: 'version_conflict', expected: 2, actual: 3 },
        { status: 'duplicate', firstPosition: before + 1, lastPosition: before + 2 },
        { status: 'key_conflict', key, firstPosition: before + 1 },
        { status: 'appended', firstPosition: before + 4, lastPosition: before + 4, version: 1 },
      ]);
      expect(await log.appendMany([])).toEqual([]);
    });
  });

  feedContract(() => log);
  bulkContract(() => log);

  describe('upcasting', () => {
    it('reads an old shape as the newest one and refuses what it does not know', async () => {
      const streamId = unique('stream');
      const before = await log.head();
      await log.append(request({ streamId, events: [calendarEvent('2020-02-29')] }));
      const versions = { ...SCHEMA_VERSION, BusinessDateAdvanced: 3 };
      const newer = await open({
        shapes: {
          versions,
          steps: {
            BusinessDateAdvanced: [
              ({ date, ...rest }) => ({ ...rest, day: date }),
              ({ day, ...rest }) => ({ ...rest, date: `${String(day)}!` }),
            ],
          },
        },
      });
      expect((await newer.readStream(streamId))[0]).toMatchObject({ data: { date: '2020-02-29!' } });
      await newer.append(request({ streamId, events: [calendarEvent('2020-03-01')] }));
      expect((await newer.readFeed(before, 10)).map(({ data }) => data)).toEqual([
        { date: '2020-02-29!' },
        { date: '2020-03-01' },
      ]);
      await newer.close();

      await expect(log.readStream(streamId)).rejects.toMatchObject({
        name: 'EventLogError',
        code: 'unreadable_event',
        cause: { code: 'unknown_schema_version' },
      });
      expect(await log.readStream(streamId, 3)).toEqual([]);
    });
  });

  describe('close', () => {
    it('finishes what runs and refuses what comes later', async () => {
      const closing = await open();
      const streamId = unique('stream');
      const appends = Array.from({ length: 5 }, () => closing.append(request({ streamId })));
      await closing.close();
      expect(statuses(await Promise.all(appends))).toEqual(Array.from({ length: 5 }, () => 'appended'));
      await expect(closing.append(request({ streamId }))).rejects.toMatchObject({ code: 'closed' });
      await expect(closing.head()).rejects.toMatchObject({ code: 'closed' });
      await closing.close();
      expect(await log.readStream(streamId)).toHaveLength(5);
    });
  });
}
