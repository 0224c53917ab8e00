import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertInterval, AlertRule, Operator } from '../../../domain/alerts/condition.ts';
import { OPERATORS } from '../../../domain/alerts/condition.ts';
import { createEvaluator, evaluate, NEW_STATE } from '../../../domain/alerts/evaluate.ts';
import type { AlertInput, AlertState } from '../../../domain/alerts/evaluate.ts';
import { parseCondition } from '../../../domain/alerts/parse.ts';
import { createIndicator } from '../../../domain/indicators/catalogue.ts';

function rule(text: string, options: Partial<AlertRule> = {}, interval: AlertInterval = 'tick'): AlertRule {
  const parsed = parseCondition(text, interval);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return { condition: parsed.condition, hysteresis: 0, cooldownMs: 0, ...options };
}

const tick = (price: number, at = 0): AlertInput => ({ kind: 'price', price, at });
const bar = (close: number, day: number, past = false): AlertInput => ({
  kind: 'bar',
  bar: { time: day, open: close, high: close + 1, low: close - 1, close, volume: 10, session: day },
  at: day + 1,
  past,
});

/** The places of the inputs that raised it. */
function raises(of: AlertRule, inputs: readonly AlertInput[]): number[] {
  const evaluator = createEvaluator(of, NEW_STATE);
  return inputs.flatMap((input, index) => (evaluator.take(input) ? [index] : []));
}

describe('a rule', () => {
  it('is raised when it becomes true, not while it stays so', () => {
    const prices = [199, 200, 201, 202, 200, 201].map((price) => tick(price));
    expect(raises(rule('price > 200'), prices)).toEqual([2, 5]);
    expect(raises(rule('price >= 200'), prices)).toEqual([1]);
    expect(raises(rule('price < 200'), prices)).toEqual([0]);
    expect(raises(rule('200 < price'), prices)).toEqual([2, 5]);
  });

  it('is armed again by the margin and no sooner', () => {
    const prices = [71, 69, 71, 68.1, 71, 68, 71].map((price) => tick(price));
    expect(raises(rule('price > 70', { hysteresis: 2 }), prices)).toEqual([0, 6]);
    expect(
      raises(
        rule('price < 70', { hysteresis: 2 }),
        [69, 71, 69, 72, 69].map((p) => tick(p)),
      ),
    ).toEqual([0, 4]);
    expect(
      raises(
        rule('price > 70.1', { hysteresis: 0.1 }),
        [71, 70, 71].map((p) => tick(p)),
      ),
    ).toEqual([0, 2]);
  });

  it('that is a crossing needs to have seen the other side', () => {
    const prices = [201, 202, 200, 201].map((price) => tick(price));
    expect(raises(rule('price crosses_above 200'), prices)).toEqual([3]);
    expect(raises(rule('price > 200'), prices)).toEqual([0, 3]);
    expect(
      raises(
        rule('price crosses_below 200'),
        [199, 201, 200, 199].map((p) => tick(p)),
      ),
    ).toEqual([3]);
  });

  it('rests for its cooldown: a level is raised after it, a crossing is not', () => {
    const inputs = [tick(1, 0), tick(3, 1000), tick(1, 2000), tick(3, 3000), tick(3, 6000), tick(3, 7000)];
    expect(raises(rule('price > 2', { cooldownMs: 5000 }), inputs)).toEqual([1, 4]);
    expect(raises(rule('price crosses_above 2', { cooldownMs: 5000 }), inputs)).toEqual([1]);
  });

  it('without a cooldown does not look at the time', () => {
    expect(raises(rule('price > 2'), [tick(3, 9), tick(1, 5), tick(3, 5)])).toEqual([0, 2]);
  });

  it('tells the value of its left operand and the time', () => {
    expect(evaluate(rule('price > 2'), NEW_STATE, tick(3, 17)).raised).toEqual({ value: 3, at: 17 });
  });

  it('is not raised for bars of the past, which arm crossings and warm indicators up', () => {
    const past = [3, 3, 1].map((close, day) => bar(close, day, true));
    const crossing = rule('close crosses_above 2', {}, '1day');
    expect(raises(crossing, [...past, bar(3, 3), bar(4, 4)])).toEqual([3]);
    expect(raises(crossing, [...past, bar(3, 3, true), bar(4, 4)])).toEqual([]);
    expect(raises(rule('close > 2', {}, '1day'), [...past, bar(3, 3), bar(4, 4)])).toEqual([3]);
    expect(raises(rule('sma(3) < 2.5', {}, '1day'), [...past, bar(3, 3)])).toEqual([3]);
  });

  it('on an indicator waits until there is a value', () => {
    const rising = Array.from({ length: 20 }, (_, day) => bar(100 + day, day));
    expect(raises(rule('rsi(14) > 70', {}, '1day'), rising)).toEqual([14]);
  });

  it('does not take what it does not watch', () => {
    expect(raises(rule('price > 0'), [bar(3, 0)])).toEqual([]);
    expect(raises(rule('close > 0', {}, '1day'), [tick(3)])).toEqual([]);
  });
});

const anyOperator = fc.constantFrom<Operator>(...OPERATORS);
const anyRule = fc
  .tuple(anyOperator, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))
  .map(([operator, hysteresis, cooldownMs]) => rule(`price ${operator} 5`, { hysteresis, cooldownMs }));
const anyPrice = fc.oneof(fc.integer({ min: 0, max: 10 }), fc.constantFrom(NaN, Infinity, -Infinity));
const anyPrices = fc.array(anyPrice, { maxLength: 40 });
const ticks = (prices: readonly number[]) => prices.map((price, at) => tick(price, at));

describe('whatever the prices', () => {
  it('a rule is not raised twice without having been false by its margin in between', () => {
    fc.assert(
      fc.property(anyRule, anyPrices, (of, prices) => {
        const up = ['>', '>=', 'crosses_above'].includes(of.condition.operator);
        const places = raises(of, ticks(prices));
        for (const [index, to] of places.entries()) {
          const from = index === 0 ? undefined : places[index - 1];
          if (from === undefined) continue;
          const between = prices.slice(from, to).filter((price) => Number.isFinite(price));
          expect(between.some((price) => (up ? 5 - price : price - 5) >= of.hysteresis)).toBe(true);
          expect(to - from).toBeGreaterThanOrEqual(of.cooldownMs);
        }
      }),
    );
  });

  it('prices that are no numbers change nothing', () => {
    fc.assert(
      fc.property(anyRule, anyPrices, (of, prices) => {
        const inputs = ticks(prices);
        const finite = inputs.filter((input) => input.kind === 'price' && Number.isFinite(input.price));
        expect(raises(of, inputs).map((place) => inputs[place])).toEqual(
          raises(of, finite).map((place) => finite[place]),
        );
      }),
    );
  });

  it('batches do not matter, nor that the state was stored in between', () => {
    const conditions = ['close crosses_above sma(3)', 'rsi(4) > 60', 'macd(2, 4, 2).histogram < ema(3)'];
    const closes = fc.array(fc.integer({ min: 90, max: 110 }), { maxLength: 40 });
    fc.assert(
      fc.property(
        fc.constantFrom(...conditions),
        closes,
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        (text, prices, cuts) => {
          const of = rule(text, { hysteresis: 0.5, cooldownMs: 2 }, '1day');
          const inputs = prices.map((close, day) => bar(close, day, day < 5));
          const places: number[] = [];
          let state: AlertState = NEW_STATE;
          let evaluator = createEvaluator(of, state);
          for (const [index, input] of inputs.entries()) {
            if (evaluator.take(input)) places.push(index);
            if (!cuts[index]) continue;
            state = JSON.parse(JSON.stringify(evaluator.state())) as AlertState;
            evaluator = createEvaluator(of, state);
          }
          expect(places).toEqual(raises(of, inputs));
        },
      ),
    );
  });

  it('a value is what the indicator says', () => {
    const closes = Array.from({ length: 30 }, (_, day) => 100 + 5 * Math.sin(day));
    const indicator = createIndicator('rsi', { period: 5 });
    const evaluator = createEvaluator(rule('rsi(5) > 55', {}, '1day'), NEW_STATE);
    const raisedAt: number[] = [];
    for (const [day, close] of closes.entries()) {
      const input = bar(close, day);
      const value = input.kind === 'bar' ? indicator.update(input.bar)['value'] : undefined;
      const raised = evaluator.take(input);
      if (raised) raisedAt.push(day);
      if (raised) expect(raised.value).toBe(value);
    }
    expect(raisedAt).not.toEqual([]);
  });
});
