/** From what a query answers to a value, or to the one line that says why there is none. */
import type { Reading } from '../projections/queries/reading.ts';
import { EXIT } from './exit-codes.ts';
import { CliFailure, badInput } from './failure.ts';

/** The value of a reading. Throws `CliFailure` for what is not there or cannot be asked. */
export function valueOf<T>(reading: Reading<T>): T {
  switch (reading.status) {
    case 'ok':
      return reading.value;
    case 'not_found':
      throw badInput(`there is no ${reading.what} ${reading.id}`);
    case 'rejected':
      throw badInput(reading.errors.map(({ field, message }) => `${field} ${message}`.trim()).join('; '));
    case 'unchanged':
      throw new CliFailure(EXIT.failure, 'the reading was not made');
    default: {
      const never: never = reading;
      return never;
    }
  }
}
