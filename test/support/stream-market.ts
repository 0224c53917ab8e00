/**
 * An upstream: what it has to say about a few portfolios, as messages of the topics, the same for the same
 * random numbers; and all of it once as rows of an import, for a second database to compare with.
 */
import type { IngestKind } from '../../commands/ingest/topics.ts';
import { day, isoDate } from '../../domain/dates.ts';
import type { SourceText } from './child.ts';
import type { Random } from './random.ts';

export interface Said {
  readonly kind: IngestKind;
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface MarketOptions {
  readonly portfolios: number;
  /** A third of them in US dollars; the portfolios are kept in euros. */
  readonly securities: number;
  /** Transactions, closes and rates lie within so many days from the first of 2025. */
  readonly days: number;
}

export interface Market {
  readonly portfolioIds: readonly string[];
  readonly securityIds: readonly string[];
  readonly currencyOf: (securityId: string) => string;
  /** Portfolios and securities: to be known before anything else is said. */
  masterData(): Said[];
  /** Cash of each portfolio, a close of each security, a rate, and a first business date. */
  opening(): Said[];
  /** So many more messages: mostly transactions, on any day. */
  next(count: number): Said[];
  /** One more transaction. */
  transaction(): Said;
  /** A close of every security and a rate for every day. */
  everyClose(): Said[];
  /** The ids of the transactions said so far, each once. */
  transactionIds(): string[];
  /** Everything said so far, each fact once and as it was said last. */
  sources(): SourceText[];
}

const FIRST = day('2025-01-01');
const CENTS = 100;

export function createMarket(random: Random, options: MarketOptions): Market {
  const portfolioIds = named('PORT', options.portfolios);
  const securityIds = named('SEC', options.securities);
  const currencies = new Map(securityIds.map((id, i) => [id, i % 3 === 2 ? 'USD' : 'EUR']));
  const currencyOf = (securityId: string) => currencies.get(securityId) ?? 'EUR';
  /** By what each fact is about: the last word on it counts. */
  const facts = new Map<string, Said>();
  let transactions = 0;
  let businessDay = FIRST + Math.floor(options.days / 3);

  function say(about: string, kind: IngestKind, key: string, value: Said['value']): Said {
    const said = { kind, key, value };
    facts.set(`${kind} ${about}`, said);
    return said;
  }
  const anyDay = () => FIRST + random.below(options.days);
  const amount = (whole: number) => whole + random.below(CENTS) / CENTS;
  /** As upstreams write numbers: as such, or as text. */
  const number = (value: number) => (random.below(2) === 0 ? value : value.toFixed(2));

  function close(securityId: string, on: number): Said {
    const date = isoDate(on);
    const price = number(amount(20 + random.below(60)));
    return say(`${securityId} ${date}`, 'prices', securityId, { security_id: securityId, date, price });
  }
  function rate(on: number): Said {
    const date = isoDate(on);
    return say(date, 'fx-rates', 'USD/EUR', {
      from_currency: 'USD',
      to_currency: 'EUR',
      date,
      rate: `0.${8000 + random.below(2000)}`,
    });
  }
  function advance(days: number): Said {
    businessDay = Math.min(businessDay + days, FIRST + options.days - 1);
    return say('latest', 'business-dates', 'calendar', { date: isoDate(businessDay) });
  }
  function record(
    portfolioId: string,
    securityId: string,
    type: string,
    on: number,
    fields: Readonly<Record<string, unknown>>,
  ): Said {
    const transaction_id = `TXN_${++transactions}`;
    return say(transaction_id, 'transactions', portfolioId, {
      transaction_id,
      portfolio_id: portfolioId,
      security_id: securityId,
      transaction_date: `${isoDate(on)}T${String(8 + random.below(9)).padStart(2, '0')}:30:00Z`,
      transaction_type: type,
      trade_currency: currencyOf(securityId),
      currency: currencyOf(securityId),
      epoch: 0,
      ...fields,
    });
  }

  function transaction(): Said {
    const quantity = 1 + random.below(20);
    const price = amount(20 + random.below(60));
    const type = random.pick(['BUY', 'BUY', 'BUY', 'SELL', 'DIVIDEND']);
    const gross = Math.round(quantity * price * CENTS) / CENTS;
    return record(
      random.pick(portfolioIds),
      random.pick(securityIds),
      type,
      anyDay(),
      type === 'DIVIDEND'
        ? { gross_transaction_amount: number(price) }
        : {
            quantity,
            price: number(price),
            gross_transaction_amount: number(gross),
            trade_fee: number(1.5),
            // What upstream makes of it, right or not.
            ...(random.below(2) === 0 ? { net_cost: number(gross + 1.5) } : {}),
          },
    );
  }

  function something(): Said {
    const kind = random.below(100);
    if (kind < 75) return transaction();
    if (kind < 90) return close(random.pick(securityIds), anyDay());
    if (kind < 95) return rate(anyDay());
    return advance(1 + random.below(2));
  }

  return {
    portfolioIds,
    securityIds,
    currencyOf,
    masterData: () => [
      ...portfolioIds.map((id) => say(id, 'portfolios', id, { portfolio_id: id, base_currency: 'EUR' })),
      ...securityIds.map((id) =>
        say(id, 'securities', id, { security_id: id, currency: currencyOf(id), type: 'equity' }),
      ),
    ],
    opening: () => [
      ...securityIds.map((id) => close(id, FIRST)),
      rate(FIRST),
      ...portfolioIds.map((id) =>
        record(id, 'CASH_EUR', 'DEPOSIT', FIRST, { gross_transaction_amount: 100_000 }),
      ),
      advance(0),
    ],
    next: (count) => Array.from({ length: count }, something),
    transaction,
    everyClose: () =>
      Array.from({ length: options.days }, (_, i) => FIRST + i).flatMap((on) => [
        ...securityIds.map((id) => close(id, on)),
        rate(on),
      ]),
    transactionIds: () =>
      [...facts.values()]
        .filter(({ kind }) => kind === 'transactions')
        .map(({ value }) => String(value.transaction_id)),
    sources: () =>
      (['portfolios', 'securities', 'prices', 'fx-rates', 'transactions', 'business-dates'] as const).map(
        (command) => ({
          command,
          text: [...facts.values()]
            .filter(({ kind }) => kind === command)
            .map(({ value }) => `${JSON.stringify(value)}\n`)
            .join(''),
        }),
      ),
  };
}

function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}_${i + 1}`);
}
