/** What brokers and senders do to messages: again, in another order, spoilt, out of date. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withAdmin } from '../../../infra/kafka/positions.ts';
import { createMarket } from '../../support/stream-market.ts';
import type { Market } from '../../support/stream-market.ts';
import { expectOutcome, recordedTransactions } from '../../support/stream-outcome.ts';
import { conflictWith, poisonOf } from '../../support/stream-poison.ts';
import { rounds, seeded, shuffled } from '../../support/stream-rounds.ts';
import { openStreamWorld } from '../../support/stream-world.ts';
import type { Outbound, StreamWorld } from '../../support/stream-world.ts';

const { random, at } = seeded();
const { count, timeoutMs } = rounds(1);

let world: StreamWorld;
let market: Market;
beforeEach(async () => {
  world = await openStreamWorld();
  market = createMarket(random, { portfolios: 4, securities: 5, days: 30 });
});
afterEach(() => world.close());

async function begin() {
  const process = await world.startReady('all');
  await world.send(market.masterData());
  await world.settled();
  await world.send(market.opening());
  return process;
}

describe(`what arrives (${at})`, () => {
  it(
    'twice, late, in any order and among poison ends as if the good of it had come once',
    async () => {
      await begin();
      const poison: Outbound[] = [];
      for (let round = 0; round < count; round++) {
        const good = market.next(150);
        const facts = good.filter(({ kind }) => kind === 'transactions');
        const bad = poisonOf(market, random, `R${round}`);
        poison.push(...bad);
        // Prices, rates and dates mean something by their order; transactions and poison do not.
        const others = good.filter(({ kind }) => kind !== 'transactions');
        const repeated = facts.filter(() => random.below(3) === 0);
        await world.send([...shuffled(random, [...facts, ...repeated, ...bad]), ...others]);
        // By now each is known, whatever partition it is in: what contradicts it is not taken.
        await world.until(async () => ((await world.lag('transactions')) === 0 ? undefined : 'not taken in'));
        const conflicts = shuffled(random, facts).slice(0, 5).map(conflictWith);
        poison.push(...conflicts);
        await world.send([...conflicts, ...shuffled(random, facts).slice(0, 20)]);
      }
      await expectOutcome(world, market, at, { poison });
    },
    timeoutMs,
  );

  it('again, because the brokers forgot how far it was read, is not even looked at', async () => {
    const first = await begin();
    await world.send(market.next(120));
    await world.settled();
    expect(await first.stop()).toBe(0);
    await withAdmin(world.kafka, async (admin) => {
      const topic = world.topic('transactions');
      await admin.resetOffsets({ groupId: world.group('positions'), topic, earliest: true });
      await admin.deleteGroups([world.group('market-data'), world.group('timeseries')]);
    });
    const second = await world.startReady('all');
    await world.send([market.transaction()]);
    await world.settled();
    const taken = await second.metric('chronofolio_kafka_messages_total', {
      topic: world.topic('transactions'),
      direction: 'consumed',
    });
    // It may move its key to a new epoch, which is our own replay.
    const ours = await second.metric('chronofolio_kafka_messages_total', {
      topic: world.topic('transactions'),
      outcome: 'ignored',
    });
    expect(taken - ours).toBe(1);
    await expectOutcome(world, market, at);
  }, 180_000);

  it('again from the first message on, because the stored offsets are lost, is nothing new', async () => {
    const first = await begin();
    const poison = poisonOf(market, random, 'LOST');
    await world.send([...market.next(120), ...poison]);
    await world.settled();
    expect(await first.stop()).toBe(0);
    await world.books.db.database.query(`delete from public.kafka_offsets`);
    await world.startReady('all');
    await expectOutcome(world, market, at, { poison });
  }, 180_000);

  it('under an epoch below the current one is fenced, and under the current one is known', async () => {
    const process = await begin();
    const [portfolio] = market.portfolioIds;
    const [security] = market.securityIds;
    const of = (said: ReturnType<Market['transaction']>) =>
      said.value.portfolio_id === portfolio && said.value.security_id === security;
    const key = async () => {
      const [row] = await world.books.db.database.query<{ epoch: number }>(
        `select max(s.epoch) as epoch from position_state s join portfolios p using (portfolio_no)
         join securities using (security_no) where portfolio_id = $1 and security_id = $2`,
        [portfolio, security],
      );
      return row?.epoch ?? 0;
    };
    const sent = [];
    for (;;) {
      const said = market.transaction();
      await world.send([said]);
      if (!of(said)) continue;
      sent.push(said);
      await world.settled();
      if ((await key()) >= 2) break;
    }
    const current = await key();
    const [known] = sent;
    const again = (epoch: number, changes: object = {}): Outbound => ({
      ...known!,
      value: { ...known!.value, epoch, ...changes },
    });
    const contradiction = again(current, { quantity: 99, gross_transaction_amount: 1 });
    const before = await world.books.log.head();
    await world.send([
      again(current - 1),
      again(1, { quantity: 98, gross_transaction_amount: 1 }),
      again(current),
      contradiction,
    ]);
    await world.settled();
    const consumed = (outcome: string) =>
      process.metric('chronofolio_kafka_messages_total', { topic: world.topic('transactions'), outcome });
    expect(await consumed('fenced')).toBe(2);
    expect(await process.metric('chronofolio_fenced_messages_total')).toBeGreaterThanOrEqual(2);
    expect(await consumed('dead_letter')).toBe(1);
    expect(await world.books.log.head()).toBe(before);
    expect(await recordedTransactions(world)).toEqual(market.transactionIds().sort());
    await expectOutcome(world, market, at, { poison: [contradiction] });
  }, 180_000);
});
