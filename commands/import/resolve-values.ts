/** Prices and exchange rates of an import: one event for each security or pair, with all its dates. */
import type { DatedValue } from '../../domain/events.ts';
import { streams } from '../../domain/events.ts';
import type { Decision } from '../deciders/decision.ts';
import type { KnownValues } from '../deciders/dated-values.ts';
import { decideFxRates, decidePrices, valuesAfter } from '../deciders/dated-values.ts';
import type { FieldError } from '../parsed.ts';
import { unregistered } from '../handler/securities.ts';
import type { Series } from './draft.ts';
import { count } from './draft.ts';
import type { Resolving } from './resolving.ts';

function valuesOf(series: Series): DatedValue[] {
  return Array.from(series.values, ([date, [value]]) => [date, value] as const);
}

function blameAll(resolving: Resolving, series: Series, errors: readonly FieldError[]): void {
  for (const [, ref] of series.values.values()) resolving.problems.add(ref, errors);
}

async function resolveSeries(
  resolving: Resolving,
  command: 'prices' | 'fx-rates',
  streamId: string,
  series: Series,
  decide: (values: readonly DatedValue[], known: KnownValues) => Decision,
): Promise<void> {
  const values = valuesOf(series);
  const decision = decide(values, valuesAfter(await resolving.log.readStream(streamId)));
  if (!decision.ok) {
    blameAll(resolving, series, decision.errors);
    return;
  }
  let fresh = 0;
  for (const event of decision.events) {
    if (event.type === 'PricesRecorded') fresh = event.data.prices.length;
    if (event.type === 'FxRatesRecorded') fresh = event.data.rates.length;
    resolving.output.plan(command, series.first, event, { rows: fresh });
  }
  count(resolving.draft.repeats, command, values.length - fresh);
}

export async function resolvePrices(resolving: Resolving): Promise<void> {
  const { draft, known, output } = resolving;
  for (const [securityId, series] of draft.prices) {
    const details = known.mentioned(securityId, undefined, (event) =>
      output.plan('securities', series.first, event, { rows: 0 }),
    );
    if (!details) {
      blameAll(resolving, series, unregistered(securityId).errors);
      continue;
    }
    const currency = series.currency === undefined ? {} : { currency: series.currency };
    await resolveSeries(resolving, 'prices', streams.prices(securityId), series, (prices, stored) =>
      decidePrices({ security_id: securityId, ...currency, prices }, known.security(securityId), stored),
    );
  }
}

export async function resolveFxRates(resolving: Resolving): Promise<void> {
  for (const [pair, series] of resolving.draft.fxRates) {
    const [from_currency = '', to_currency = ''] = pair.split('/');
    await resolveSeries(
      resolving,
      'fx-rates',
      streams.fx(from_currency, to_currency),
      series,
      (rates, stored) => decideFxRates({ from_currency, to_currency, rates }, stored),
    );
  }
}
