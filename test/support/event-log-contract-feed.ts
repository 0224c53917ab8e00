import { describe, expect, it } from 'vitest';
import type { EventLog } from '../../domain/log.ts';
import { calendarEvent, closedEvent, readAll, request, unique } from './log-events.ts';

/** The part of the contract about reading. */
export function feedContract(theLog: () => EventLog): void {
  describe('reading', () => {
    it('pages through the feed without a gap', async () => {
      const log = theLog();
      const before = await log.head();
      for (const events of [3, 1, 4]) await log.append(request({ streamId: unique('stream'), events }));
      for (const pageSize of [1, 3, 8, 100]) {
        const positions = (await readAll(log, before, pageSize)).map(({ position }) => position);
        expect(positions).toEqual(Array.from({ length: 8 }, (_, index) => before + 1 + index));
      }
      const bounded = await log.readFeed(before + 2, 100, { upTo: before + 5 });
      expect(bounded.map(({ position }) => position)).toEqual([before + 3, before + 4, before + 5]);
      expect(await log.readFeed(before + 8, 10)).toEqual([]);
    });

    it('filters the feed by stream and by types', async () => {
      const log = theLog();
      const before = await log.head();
      const a = unique('a');
      const b = unique('b');
      await log.append(request({ streamId: a, events: [calendarEvent(), closedEvent('P')] }));
      await log.append(
        request({ streamId: b, events: [closedEvent('Q'), calendarEvent(), calendarEvent()] }),
      );
      await log.append(request({ streamId: a, events: [calendarEvent()] }));
      const positions = async (...[after, limit, options]: Parameters<EventLog['readFeed']>) =>
        (await log.readFeed(before + after, limit, options)).map(({ position }) => position - before);

      expect(await positions(0, 10, { streamId: a })).toEqual([1, 2, 6]);
      expect(await positions(1, 1, { streamId: a })).toEqual([2]);
      expect(await positions(0, 10, { types: ['PortfolioClosed'] })).toEqual([2, 3]);
      expect(await positions(1, 3, { types: ['PortfolioClosed', 'BusinessDateAdvanced'] })).toEqual([
        2, 3, 4,
      ]);
      expect(
        await positions(0, 10, { types: ['PortfolioClosed', 'PortfolioClosed'], upTo: before + 2 }),
      ).toEqual([2]);
      expect(await positions(0, 10, { streamId: a, types: ['BusinessDateAdvanced'] })).toEqual([1, 6]);
      expect(await positions(0, 10, { types: [] })).toEqual([]);
      expect(await positions(0, 10, { types: ['NoSuchType'] })).toEqual([]);
    });

    it('reads a stream from a version on and the event at a position', async () => {
      const log = theLog();
      const streamId = unique('stream');
      const outcome = await log.append(request({ streamId, events: 3 }));
      if (outcome.status !== 'appended') throw new Error(outcome.status);
      const stream = await log.readStream(streamId, 2);
      expect(stream.map(({ version }) => version)).toEqual([2, 3]);
      expect(await log.readAt(outcome.lastPosition)).toEqual(stream[1]);
      expect(await log.readAt(outcome.lastPosition + 1)).toBeUndefined();
      expect(await log.readStream(unique('missing'))).toEqual([]);
      expect(await log.findKey(unique('missing'))).toBeUndefined();
    });

    it('finds the position of an instant', async () => {
      const log = theLog();
      const before = await log.head();
      for (let appended = 0; appended < 5; appended++)
        await log.append(request({ streamId: unique('stream'), events: 2 }));
      const events = await readAll(log, before);
      const recorded = events.map(({ recordedAt }) => recordedAt);
      expect([...recorded].sort()).toEqual(recorded);
      for (const { recordedAt } of events) {
        const last = events.filter((event) => event.recordedAt <= recordedAt).at(-1)!.position;
        expect(await log.positionAt(recordedAt)).toBe(last);
      }
      expect(await log.positionAt('9999-12-31T23:59:59.999999Z')).toBe(before + 10);
      expect(await log.positionAt('1970-01-01T00:00:00.000000Z')).toBe(0);
    });
  });
}
