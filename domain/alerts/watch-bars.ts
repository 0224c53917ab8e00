/** A rule on bars as they close and are amended. */
import { settlingBars } from '../indicators/catalogue.ts';
import type { IndicatorBar } from '../indicators/model.ts';
import { NEW } from './arming.ts';
import { indicatorsOf } from './condition.ts';
import type { AlertRule, Condition } from './condition.ts';
import { createEvaluator } from './evaluate.ts';
import type { AlertState, Raised } from './evaluate.ts';
import type { Frame, FrameBar } from './frame.ts';
import { roll } from './frame.ts';

/** As JSON. */
export interface BarState extends AlertState {
  /** The start of the last bar that was looked at; `null` before the first. */
  readonly through: number | null;
  /** The window that is not complete. */
  readonly open: FrameBar | null;
  /** Whether indicators and window want to be made anew from the stored bars, as one of those was amended. */
  readonly stale: boolean;
}

export const NEW_BAR_STATE: BarState = {
  arming: NEW,
  indicators: null,
  through: null,
  open: null,
  stale: true,
};

/** From when on bars are news to a rule. Unix milliseconds. */
export interface Beginning {
  /** When it was made, or changed. */
  readonly since: number;
  /** The start of the newest bar that was closed then; `null` when there was none. */
  readonly pastThrough: number | null;
  /**
   * The starts of those of `olderBars` that are made of ticks: they were received since, so that a day that is
   * replayed raises what it would have. Others were filled in.
   */
  readonly madeOfTicks: ReadonlySet<number>;
}

/** What a provider has this late after all is not news any more. */
const LATE_MS = 86_400_000;

/** Those of the bars that are from long before the rule. */
export function olderBars(bars: readonly IndicatorBar[], since: number): readonly IndicatorBar[] {
  return bars.filter((bar) => bar.time <= since - LATE_MS);
}

/** What the rule has not looked at; nothing that it has is looked at again. */
export function newsOf({ through }: BarState, bars: readonly IndicatorBar[]): readonly IndicatorBar[] {
  return through === null ? bars : bars.filter((bar) => bar.time > through);
}

/** How many bars of its interval the condition needs to be what it would be over all of them. */
export function barsToWarmUp(condition: Condition): number {
  return Math.max(0, ...indicatorsOf(condition).map(({ type, params }) => settlingBars(type, params)));
}

/** Makes indicators and window anew from stored bars; what was raised stays as it is. */
export function warmed(
  rule: AlertRule,
  frame: Frame,
  state: BarState,
  stored: readonly IndicatorBar[],
): BarState {
  const fresh = take(
    rule,
    frame,
    { ...state, arming: NEW, indicators: null, open: null },
    stored,
    () => true,
  );
  return {
    ...fresh.state,
    // A rule that has not looked at anything is armed by what was before it.
    arming: state.through === null ? fresh.state.arming : state.arming,
    stale: false,
  };
}

/** Looks at bars that are news, in order. */
export function watchBars(
  rule: AlertRule,
  frame: Frame,
  state: BarState,
  { since, pastThrough, madeOfTicks }: Beginning,
  bars: readonly IndicatorBar[],
): { readonly state: BarState; readonly raised: readonly Raised[] } {
  const isPast = ({ end, last }: FrameBar) =>
    (end <= since && pastThrough !== null && last <= pastThrough) ||
    (end <= since - LATE_MS && !madeOfTicks.has(last));
  return take(rule, frame, state, bars, isPast);
}

function take(
  rule: AlertRule,
  frame: Frame,
  state: BarState,
  bars: readonly IndicatorBar[],
  isPast: (bar: FrameBar) => boolean,
): { readonly state: BarState; readonly raised: readonly Raised[] } {
  const evaluator = createEvaluator(rule, state);
  const raised: Raised[] = [];
  let { open, through } = state;
  for (const bar of bars) {
    const rolled = roll(frame, open, bar);
    open = rolled.open;
    through = bar.time;
    for (const complete of rolled.complete) {
      const alert = evaluator.take({
        kind: 'bar',
        bar: complete.bar,
        at: complete.end,
        past: isPast(complete),
      });
      if (alert) raised.push(alert);
    }
  }
  return { state: { ...evaluator.state(), through, open, stale: state.stale }, raised };
}
