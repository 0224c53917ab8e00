/** Series of bars as markets make them, and as they hardly ever do. */
import fc from 'fast-check';
import {
  checkIndicatorParams,
  INDICATORS,
  type IndicatorParams,
  type IndicatorType,
} from '../../../domain/indicators/catalogue.ts';
import type { IndicatorBar } from '../../../domain/indicators/model.ts';

const cents = (min: number, max: number) => fc.integer({ min, max }).map((value) => value / 100);

/** Of a price level of its own, flat stretches, gaps and bars without volume among them. */
export const barSeries = (length: { minLength?: number; maxLength: number }) =>
  fc
    .record({
      level: fc.constantFrom<number>(0.5, 20, 180, 45_000),
      steps: fc.array(
        fc.record({
          move: fc.oneof(
            { weight: 3, arbitrary: cents(-500, 500) },
            { weight: 1, arbitrary: fc.constant(0) },
          ),
          up: fc.oneof(cents(0, 300), fc.constant(0)),
          down: fc.oneof(cents(0, 300), fc.constant(0)),
          volume: fc.oneof(fc.integer({ min: 0, max: 1_000_000 }), fc.constant(0)),
          newSession: fc.integer({ min: 0, max: 9 }).map((die) => die === 0),
          outside: fc.integer({ min: 0, max: 19 }).map((die) => die === 0),
        }),
        length,
      ),
    })
    .map(({ level, steps }) => {
      let close = level;
      let session = 20_000;
      return steps.map(({ move, up, down, volume, newSession, outside }, index): IndicatorBar => {
        const open = close;
        close = Math.max(0.01, close * (1 + move / 100));
        if (newSession) session++;
        return {
          time: 1_700_000_000_000 + index * 300_000,
          open,
          high: Math.max(open, close) * (1 + up / 100),
          low: Math.min(open, close) * (1 - down / 100),
          close,
          volume,
          session: outside ? null : session,
        };
      });
    });

/** A type with parameters small enough to warm up within a short series. */
export const indicatorChoice: fc.Arbitrary<{ type: IndicatorType; params: IndicatorParams }> = fc
  .constantFrom(...INDICATORS)
  .chain(({ type, parameters }) =>
    fc.record({
      type: fc.constant(type),
      params: fc.record(
        Object.fromEntries(
          parameters.map(({ name, min, whole }) => [
            name,
            whole ? fc.integer({ min, max: 25 }) : fc.constantFrom(1, 2, 2.5),
          ]),
        ),
      ),
    }),
  );

export function defaultParams(type: IndicatorType): IndicatorParams {
  const checked = checkIndicatorParams(type);
  if (!checked.ok) throw new RangeError(checked.message);
  return checked.params;
}
