/** Uploaded series: their definition, and their values, of which many items become one event. */
import { streams } from '../../domain/events.ts';
import type { EventLog } from '../../domain/log.ts';
import { NOTHING_NEW } from '../deciders/decision.ts';
import type { Decision } from '../deciders/decision.ts';
import { decideDefineSeries, decideSeriesValues, seriesAfter } from '../deciders/series.ts';
import type { SeriesState } from '../deciders/series.ts';
import type { DefineSeries, RecordSeriesValue } from '../schemas/series.ts';
import { alreadyDone, decideOnStream } from './appending.ts';
import { byGroup } from './dated-values.ts';
import type { Placed } from './dated-values.ts';
import type { Request } from './request.ts';
import type { Outcome } from './results.ts';

export async function loadSeries(log: Pick<EventLog, 'readStream'>, seriesId: string): Promise<SeriesState> {
  return seriesAfter(await log.readStream(streams.series(seriesId)));
}

export function defineSeries(request: Request, command: DefineSeries, index: number): Promise<Outcome> {
  return decideOnStream(
    request.dependencies,
    streams.series(command.series_id),
    (events) => decideDefineSeries(command, seriesAfter(events)),
    request.context,
    index,
  );
}

/** What a group of items comes to, each seeing the ones before it: at most one event. */
interface Judged {
  readonly decisions: readonly Decision[];
  readonly merged: Decision;
}

function judge(seriesId: string, items: readonly Placed<RecordSeriesValue>[], known: SeriesState): Judged {
  const values = new Map(known.values);
  const decisions = items.map(({ command: { date, value } }) => {
    const decision = decideSeriesValues(
      { series_id: seriesId, values: [[date, value]] },
      { ...known, values },
    );
    if (decision.ok) values.set(date, value);
    return decision;
  });
  return {
    decisions,
    merged: known.details
      ? decideSeriesValues({ series_id: seriesId, values: [...values] }, known)
      : NOTHING_NEW,
  };
}

/** Unlike closes, values are judged by the definition in their own stream, so that it must not have moved on. */
export function recordSeriesValues(
  request: Request,
  items: readonly Placed<RecordSeriesValue>[],
): Promise<Outcome[]> {
  return byGroup(
    items,
    (command) => command.series_id,
    async (group) => {
      const { dependencies, context } = request;
      const { command, index } = group[0]!;
      const done = await alreadyDone(dependencies.log, context, index);
      if (done) return group.map(() => done);
      let decisions: readonly Decision[] = [];
      let last: number | undefined;
      const outcome = await decideOnStream(
        dependencies,
        streams.series(command.series_id),
        (events) => {
          const judged = judge(command.series_id, group, seriesAfter(events));
          decisions = judged.decisions;
          last = events.at(-1)?.position;
          return judged.merged;
        },
        context,
        index,
      );
      const repeated: Outcome = {
        ok: true,
        appended: false,
        ...(last === undefined ? {} : { position: last }),
      };
      return decisions.map((decision) =>
        !decision.ok ? decision : decision.events.length === 0 ? repeated : outcome,
      );
    },
  );
}
