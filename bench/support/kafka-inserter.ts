/**
 * The yardstick for taking messages in: a consumer that does nothing but insert them into a table, a batch
 * at a time, and commits its offsets afterwards. Told what to do by its one argument; says `ready` once it
 * has joined its group, and goes on until it is killed.
 */
import { Kafka, logLevel } from 'kafkajs';
import { openDatabase } from '../../infra/database/database.ts';

export interface InserterTask {
  readonly url: string;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly groupId: string;
}

export const INSERTED_TABLE = `
  create table if not exists inserted_messages (
    transaction_id text primary key,
    key            text not null,
    value          json not null,
    inserted_at    timestamptz not null default clock_timestamp()
  )`;

const INSERT = `
  insert into inserted_messages (transaction_id, key, value)
  select m.value ->> 'transaction_id', m.key, m.value
  from unnest($1::text[], $2::json[]) as m (key, value)
  on conflict do nothing`;

async function run({ url, brokers, topic, groupId }: InserterTask): Promise<void> {
  const database = openDatabase({ url, maxConnections: 4 });
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  consumer.on(consumer.events.GROUP_JOIN, () => void process.send?.('ready'));
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 2,
    eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary, heartbeat }) => {
      for (let from = 0; from < batch.messages.length; from += 1_000) {
        const messages = batch.messages.slice(from, from + 1_000);
        await database.query(INSERT, [
          messages.map(({ key }) => String(key)),
          messages.map(({ value }) => String(value)),
        ]);
        resolveOffset(messages.at(-1)!.offset);
        await heartbeat();
      }
      await commitOffsetsIfNecessary();
      await consumer.commitOffsets([
        { topic, partition: batch.partition, offset: String(BigInt(batch.lastOffset()) + 1n) },
      ]);
    },
  });
}

const [argument] = process.argv.slice(2);
if (argument !== undefined) await run(JSON.parse(argument) as InserterTask);
