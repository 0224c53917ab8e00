/** The return of one day, with its edge cases. */
import { add, divide, ONE, sign, subtract, type Decimal } from '../decimal.ts';
import { addedBack, timedFlows } from './flows.ts';
import { RETURN_SCALE, type ReturnDay, type ReturnOptions } from './model.ts';

export type UndefinedDay =
  'negative_opening_value' | 'negative_closing_value' | 'negative_capital' | 'negative_result';

/**
 * `return`: what `capital` became, `result / capital`, with `capital` above zero and `result` not below.
 * `none`: there was no capital to earn a return; the day links as 1. `valueChanged` tells that value
 * appeared or vanished all the same. `undefined`: no return can be stated, nor for any period over it.
 */
export type DayReturn =
  | { readonly kind: 'return'; readonly result: Decimal; readonly capital: Decimal }
  | { readonly kind: 'none'; readonly valueChanged: boolean }
  | { readonly kind: 'undefined'; readonly code: UndefinedDay };

/** `(EMV + costs added back − EOD flows) / (BMV + BOD flows)`, kept as a fraction so that linking is exact. */
export function dayReturn(day: ReturnDay, options: ReturnOptions): DayReturn {
  if (sign(day.bodMarketValue) < 0) return { kind: 'undefined', code: 'negative_opening_value' };
  if (sign(day.eodMarketValue) < 0) return { kind: 'undefined', code: 'negative_closing_value' };
  const flows = timedFlows(day, options);
  const capital = add(day.bodMarketValue, flows.begin);
  const result = subtract(add(day.eodMarketValue, addedBack(day, options)), flows.end);
  if (sign(capital) < 0) return { kind: 'undefined', code: 'negative_capital' };
  if (sign(capital) === 0) return { kind: 'none', valueChanged: sign(result) !== 0 };
  // A loss of more than everything would turn the sign of the index and of every later return.
  if (sign(result) < 0) return { kind: 'undefined', code: 'negative_result' };
  return { kind: 'return', result, capital };
}

/** The day's return as a fraction to 20 places; `null` when there is none or it is undefined. */
export function dayReturnFraction(value: DayReturn): Decimal | null {
  return value.kind === 'return' ? subtract(divide(value.result, value.capital, RETURN_SCALE), ONE) : null;
}

/** What makes a day's return undefined, in a sentence's end. */
export function describeUndefined(code: UndefinedDay): string {
  switch (code) {
    case 'negative_opening_value':
      return 'the value at its beginning is negative';
    case 'negative_closing_value':
      return 'the value at its end is negative';
    case 'negative_capital':
      return 'its capital, opening value and flows at the beginning, is negative';
    case 'negative_result':
      return 'its closing value before flows at the end is negative';
    default:
      return code satisfies never;
  }
}
