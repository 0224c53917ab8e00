/**
 * Takes in `portfolio_aggregation_required`: records the order; the aggregator does the job (`aggregator.ts`).
 *
 * Anybody may order any day of a portfolio that exists. One that the portfolio's books have not reached, or that
 * lies before their first day, waits until they do; a portfolio that does not exist makes a dead letter. Of
 * several orders for a day the last one stays on record.
 */
import type { DeadLetter, HandleBatch } from '../../domain/messages.ts';
import { readOrders } from './messages.ts';
import type { AggregationOrder, Read } from './messages.ts';
import type { AggregationStore, OrderSession, TakenIn } from './store.ts';

export interface AggregationConsumerOptions {
  readonly store: Pick<AggregationStore, 'takeOrders'>;
  /** Told when there is something to aggregate. */
  readonly onOrder?: () => void;
}

export function createAggregationConsumer({ store, onOrder }: AggregationConsumerOptions): HandleBatch {
  return async (batch) => {
    const { read, deadLetters } = readOrders(batch.messages);
    const result = await store.takeOrders(batch, async (session) => {
      const taken = await takeIn(session, read);
      return { counts: taken.counts, deadLetters: [...deadLetters, ...taken.deadLetters] };
    });
    if (result.status === 'committed' && read.length > 0) onOrder?.();
    return result;
  };
}

async function takeIn(session: OrderSession, read: readonly Read<AggregationOrder>[]): Promise<TakenIn> {
  const portfolioIds = [...new Set(read.map(({ said }) => said.portfolio_id))];
  const known = portfolioIds.length === 0 ? new Set<string>() : await session.knownPortfolios(portfolioIds);
  const deadLetters: DeadLetter[] = [];
  const orders = new Map<string, AggregationOrder>();
  let repeated = 0;
  for (const { message, said } of read) {
    if (!known.has(said.portfolio_id)) {
      deadLetters.push({
        message,
        code: 'unknown_portfolio',
        reason: `there is no portfolio ${said.portfolio_id}`,
      });
      continue;
    }
    const place = `${said.portfolio_id} ${said.aggregation_date}`;
    if (orders.get(place)?.correlation_id === said.correlation_id) repeated += 1;
    orders.set(place, said);
  }
  const recorded = [...orders.values()].map((order) => ({
    portfolioId: order.portfolio_id,
    day: order.aggregation_date,
    correlationId: order.correlation_id,
  }));
  const duplicate = repeated + (recorded.length === 0 ? 0 : await session.order(recorded));
  const accepted = read.length - deadLetters.length - duplicate;
  return { counts: { accepted, duplicate, ignored: 0, fenced: 0 }, deadLetters };
}
