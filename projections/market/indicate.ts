/** Takes the indicators of a symbol from a checkpoint over the bars that follow it. */
import type { Figure } from '../../domain/indicators/formula.ts';
import type { IndicatorBar } from '../../domain/indicators/model.ts';
import { createStandardSet } from '../../domain/indicators/standard.ts';
import { type Checkpoint, isKept, type Mark } from './checkpoints.ts';

export interface IndicatorRow {
  /** Start of the bar, Unix milliseconds. */
  readonly time: number;
  readonly close: number;
  /** In the order of STANDARD_COLUMNS. */
  readonly figures: readonly Figure[];
}

export interface IndicateInput {
  /** The state before the first of `bars`; absent at the beginning of the series. */
  readonly checkpoint: Checkpoint | undefined;
  /** Closed ones, in ascending order, every one that follows the checkpoint. */
  readonly bars: readonly IndicatorBar[];
  /** Rows are wanted of bars that began then or later; Unix milliseconds. */
  readonly from: number;
  readonly barsPerYear: number;
}

export interface Indicated {
  readonly rows: readonly IndicatorRow[];
  /** To be stored. */
  readonly checkpoints: readonly Checkpoint[];
  /** Times of those no longer kept, some of which may not exist. */
  readonly dropped: readonly number[];
}

export function indicate({ checkpoint, bars, from, barsPerYear }: IndicateInput): Indicated {
  const set = createStandardSet(barsPerYear, checkpoint?.state);
  const first = (checkpoint?.at[0] ?? 0) + 1;
  const newest = first + bars.length - 1;
  const before: readonly Mark[] = checkpoint ? [...checkpoint.earlier, checkpoint.at] : [];

  const rows: IndicatorRow[] = [];
  const checkpoints: Checkpoint[] = [];
  for (const [index, bar] of bars.entries()) {
    const figures = set.update(bar);
    if (bar.time >= from) rows.push({ time: bar.time, close: bar.close, figures });
    const ordinal = first + index;
    if (!isKept(ordinal, newest)) continue;
    const earlier = [...before, ...checkpoints.map(({ at }) => at)].filter(([mark]) => isKept(mark, ordinal));
    checkpoints.push({ at: [ordinal, bar.time], earlier, state: set.state() });
  }
  return {
    rows,
    checkpoints,
    dropped:
      bars.length === 0 ? [] : before.filter(([mark]) => !isKept(mark, newest)).map(([, time]) => time),
  };
}
