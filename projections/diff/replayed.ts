/** A replayed key in the form in which versions are compared. */
import { isEstimated } from '../../domain/books/aggregate.ts';
import { createChecksum } from '../../domain/books/checksum.ts';
import { isoDate } from '../../domain/dates.ts';
import { historyText, seriesText, snapshotText } from '../fold/text.ts';
import type { ReplayedKey } from '../replay/replay.ts';
import type { KeyRows } from './rows.ts';

export function replayedRows({ rows, effects }: ReplayedKey): KeyRows {
  return {
    days: new Map(
      rows.map((row) => [
        row.day,
        { series: seriesText(row, isEstimated(row)), snapshot: snapshotText(row) },
      ]),
    ),
    history: new Map(
      effects.map((effect) => [effect.transactionId, { day: effect.day, text: historyText(effect) }]),
    ),
  };
}

/** The checksum that a generation keeps of a key with these rows. */
export function checksumOf({ days, history }: KeyRows): bigint {
  const checksum = createChecksum();
  for (const [day, { series, snapshot }] of days) checksum.add(isoDate(day), series, snapshot);
  for (const { text } of history.values()) checksum.add(text);
  return checksum.value();
}
