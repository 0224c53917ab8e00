/** A process that takes partitions of ticks in from where the database stands, until told to end or killed. */
import { calendarOf } from '../../domain/market/calendars/calendars.ts';
import { openDatabase } from '../../infra/database/database.ts';
import { createOffsetStore } from '../../infra/kafka-store/offsets.ts';
import { createTickStore } from '../../infra/market-store/tick-store.ts';
import { createTickIntake } from '../../projections/market/ticks.ts';
import { createRandom } from './random.ts';
import { TICK_GROUP, tickBatch } from './tick-partition.ts';

const [url = '', seed = '0', partitions = '1', end = '0'] = process.argv.slice(2);
const database = openDatabase({ url, maxConnections: 4, searchPath: 'gen_a,public' });
const { handle } = createTickIntake({
  store: createTickStore({ database, calendarOf }),
  now: () => Date.now(),
});
const random = createRandom(Number(seed) + process.pid);

async function take(partition: number, from: number): Promise<void> {
  for (let at = from; at < Number(end);) {
    const next = Math.min(Number(end), at + 1 + random.below(60));
    const { status } = await handle(tickBatch({ seed: Number(seed), partition }, at, next));
    if (status !== 'committed') throw new Error(status);
    at = next;
    process.send?.('taken');
  }
}

// Nobody is left to report to.
process.on('disconnect', () => process.exit());
const stored = await createOffsetStore(database).load(TICK_GROUP);
process.send?.('ready');
await Promise.all(
  Array.from({ length: Number(partitions) }, (_, partition) =>
    take(partition, stored.find((each) => each.partition === partition)?.next ?? 0),
  ),
);
await database.close();
process.send?.('done');
process.disconnect();
