import type { Queryable } from '../database/database.ts';
import type { FxRateRow } from '../../projections/queries/rows.ts';

const FX_RATES = `
  select from_currency, to_currency, date '1970-01-01' + day as date, rate
  from fx_rates
  where (from_currency = any($1::text[]) or to_currency = any($1::text[]))
    and ($2::date is null or day <= $2::date - date '1970-01-01')
  order by from_currency, to_currency, day`;

/** Rates with one of the currencies on either side, the legs of crosses included. */
export function loadFxRates(db: Queryable, currencies: readonly string[], to?: string): Promise<FxRateRow[]> {
  return db.query<FxRateRow>(FX_RATES, [currencies, to ?? null]);
}
