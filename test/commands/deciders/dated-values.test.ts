import { describe, it } from 'vitest';
import {
  decideFxRates,
  decidePrices,
  evolveValues,
  initialValues,
} from '../../../commands/deciders/dated-values.ts';
import type { KnownValues, RecordPrices } from '../../../commands/deciders/dated-values.ts';
import type { DatedValue, DomainEvent } from '../../../domain/events.ts';
import { evolveSecurity, initialSecurity } from '../../../commands/deciders/security.ts';
import { registered, spec } from '../support/spec.ts';

const security = evolveSecurity(initialSecurity(), registered());
const given = spec(
  (command: RecordPrices, known: KnownValues) => decidePrices(command, security, known),
  evolveValues,
  initialValues,
);
const recorded = (...prices: DatedValue[]): DomainEvent => ({
  type: 'PricesRecorded',
  data: { security_id: 'S1', currency: 'USD', prices },
});

describe('recording prices', () => {
  it('puts the new and the changed ones in one event, by date', () =>
    given(recorded(['2025-01-02', '10'], ['2025-01-03', '11']))
      .when({
        security_id: 'S1',
        prices: [
          ['2025-01-06', '12'],
          ['2025-01-03', '11'],
          ['2025-01-02', '9'],
        ],
      })
      .then(recorded(['2025-01-02', '9'], ['2025-01-06', '12'])));
  it('is nothing new when all are known, by their last value', () =>
    given(recorded(['2025-01-02', '10']), recorded(['2025-01-02', '9']))
      .when({ security_id: 'S1', prices: [['2025-01-02', '9']] })
      .thenNothing());
  it('keeps to the currency of the security', () =>
    given()
      .when({ security_id: 'S1', currency: 'EUR', prices: [['2025-01-02', '9']] })
      .thenRefused('invalid', 'currency currency_mismatch'));
  it('needs a security that is not cash', () => {
    const of = (event?: DomainEvent) =>
      spec(
        (command: RecordPrices, known: KnownValues) =>
          decidePrices(command, event ? evolveSecurity(initialSecurity(), event) : initialSecurity(), known),
        evolveValues,
        initialValues,
      )().when({ security_id: 'S1', prices: [['2025-01-02', '9']] });
    of().thenRefused('not_found', 'security_id not_found');
    of(registered({ type: 'cash' })).thenRefused('invalid', 'security_id cash');
  });
});

describe('recording exchange rates', () => {
  const givenRates = spec(decideFxRates, evolveValues, initialValues);
  const command = (...rates: DatedValue[]) => ({ from_currency: 'EUR', to_currency: 'USD', rates });
  it('appends what is new', () => {
    const known: DomainEvent = { type: 'FxRatesRecorded', data: command(['2025-01-02', '1.1']) };
    givenRates(known)
      .when(command(['2025-01-02', '1.1']))
      .thenNothing();
    givenRates(known)
      .when(command(['2025-01-02', '1.1'], ['2025-01-03', '1.2']))
      .then({ type: 'FxRatesRecorded', data: command(['2025-01-03', '1.2']) });
  });
});
