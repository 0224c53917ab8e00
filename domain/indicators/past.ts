/** The last few bars as columns of numbers: what formulas over a window look back at. */
import type { IndicatorBar, IndicatorState } from './model.ts';

/** How many bars before the present one are looked back at. */
export interface Depth {
  readonly close?: number;
  readonly high?: number;
  readonly low?: number;
}

/** Numbers from old to new; the newest stands at `data[end - 1]`, `size` of them count. */
export interface Column {
  readonly data: Float64Array;
  readonly end: number;
  readonly size: number;
}

export interface Past {
  readonly close: Column;
  readonly high: Column;
  readonly low: Column;
  add(bar: IndicatorBar): void;
  state(): IndicatorState;
}

/** @param state what `state` gave of a past of the same depth */
export function createPast(depth: Required<Depth>, state?: IndicatorState): Past {
  const close = createColumn(depth.close, state?.[0]);
  const high = createColumn(depth.high, state?.[1]);
  const low = createColumn(depth.low, state?.[2]);
  return {
    close,
    high,
    low,
    add(bar) {
      close.add(bar.close);
      high.add(bar.high);
      low.add(bar.low);
    },
    state: () => [close.state(), high.state(), low.state()],
  };
}

/** The deepest of each column. */
export function deepest(depths: readonly Depth[]): Required<Depth> {
  return {
    close: Math.max(0, ...depths.map((depth) => depth.close ?? 0)),
    high: Math.max(0, ...depths.map((depth) => depth.high ?? 0)),
    low: Math.max(0, ...depths.map((depth) => depth.low ?? 0)),
  };
}

export interface RollingColumn extends Column {
  add(value: number): void;
  state(): IndicatorState;
}

/**
 * Keeps the newest `capacity` numbers side by side, so that a window over them is a plain loop: it writes
 * through twice its length and moves the newest to the front once it is at the end.
 */
export function createColumn(capacity: number, state?: IndicatorState[number]): RollingColumn {
  const data = new Float64Array(2 * capacity);
  let end = 0;
  let size = 0;

  function add(value: number): void {
    if (capacity === 0) return;
    if (end === data.length) {
      data.copyWithin(0, end - capacity + 1, end);
      end = capacity - 1;
    }
    data[end++] = value;
    if (size < capacity) size++;
  }

  if (Array.isArray(state)) {
    for (const value of state as IndicatorState) if (typeof value === 'number') add(value);
  }
  return {
    data,
    get end() {
      return end;
    },
    get size() {
      return size;
    },
    add,
    state: () => Array.from(data.subarray(end - size, end)),
  };
}
