/** What folding one position takes, out of replayed facts. */
import type { KeyDetails } from '../../domain/books/model.ts';
import { linkedGroups } from '../fold/plan.ts';
import { marketsFrom } from '../fold/market.ts';
import { tiesOf } from '../fold/task.ts';
import { bookOf, isDerivedCash, settingsOf } from '../queries/book.ts';
import type { Book } from '../queries/book.ts';
import type { PortfolioRow } from '../queries/rows.ts';
import type { SecurityRecord } from '../register/model.ts';
import type { Facts } from './facts.ts';
import type { Folded } from './folded.ts';

/** `undefined` for a security that the portfolio had never held. */
export function bookFrom(
  facts: Facts,
  securities: ReadonlyMap<number, SecurityRecord>,
  { record, keys, pending }: Folded,
  portfolio: PortfolioRow,
  securityId: string,
): Book | undefined {
  const securityNo = facts.known.securities.get(securityId)?.securityNo;
  if (securityNo === undefined || !keys.has(securityId)) return undefined;
  const records = facts.recordsOf(record.portfolioNo);
  const applied = records.filter(({ cancelled }) => !cancelled);
  // A cancelled reorganisation ties its keys together for good, here as in the tables.
  const isMixed = (...pair: [number, number]) =>
    new Set(pair.map((each) => securities.get(each)!.details.type === 'cash')).size > 1;
  const links = records.flatMap((each) =>
    each.targetNo === undefined
      ? []
      : {
          securityNo: each.securityNo,
          targetNo: each.targetNo,
          mixed: isMixed(each.securityNo, each.targetNo),
        },
  );
  const [group = [securityNo]] = linkedGroups([securityNo], tiesOf(portfolio.cash, links));
  const details = (each: number): KeyDetails => keys.get(securities.get(each)!.details.security_id)!.details;
  const members = group.map(details);
  const cash = new Set(members.filter((key) => isDerivedCash(portfolio, key)).map((key) => key.currency));
  const paid = applied.filter((each) => {
    const { currency, type } = securities.get(each.securityNo)!.details;
    return type !== 'cash' && cash.has(currency) && !pending.has(each.fields.transaction_id);
  });
  return bookOf(portfolio, {
    keys: members,
    transactions: applied.filter((each) => group.includes(each.securityNo)).map(({ fields }) => fields),
    paid: paid.map(({ fields, securityNo: each }) => ({ fields, currency: details(each).currency })),
    market: marketsFrom(
      {
        prices: facts.market.prices.filter((price) => group.includes(price.securityNo)),
        splits: facts.market.splits,
        fxRates: facts.market.fxRates,
      },
      new Map(group.map((each) => [each, details(each).securityId])),
    ).of({ settings: settingsOf(portfolio) }),
  });
}
