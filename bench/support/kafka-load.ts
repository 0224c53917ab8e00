/** Messages for benches: transactions of the open day, spread over portfolios and securities. */
import { Kafka, logLevel, Partitioners } from 'kafkajs';

export const PORTFOLIOS = 20;
export const SECURITIES = 10;
export const OPEN_DAY = '2025-08-20';
const BATCH = 1_000;

function transaction(number: number): { key: string; value: string } {
  const portfolioId = `PORT_${number % PORTFOLIOS}`;
  const quantity = 10 + (number % 7);
  const seconds = number % 86_400;
  return {
    key: portfolioId,
    value: JSON.stringify({
      transaction_id: `TXN_${number}`,
      portfolio_id: portfolioId,
      security_id: `SEC_${Math.floor(number / PORTFOLIOS) % SECURITIES}`,
      transaction_date: new Date(Date.parse(`${OPEN_DAY}T00:00:00Z`) + seconds * 1000).toISOString(),
      transaction_type: 'BUY',
      quantity,
      price: 150.25,
      gross_transaction_amount: quantity * 150.25,
      net_cost: quantity * 150.25 + 5,
      trade_currency: 'USD',
      currency: 'USD',
      trade_fee: 5,
      epoch: 0,
    }),
  };
}

export function closes(): readonly object[] {
  return Array.from({ length: SECURITIES }, (_, i) => ({
    security_id: `SEC_${i}`,
    date: OPEN_DAY,
    price: '151',
    currency: 'USD',
  }));
}

export interface Cluster {
  readonly brokers: readonly string[];
}

function client({ brokers }: Cluster): Kafka {
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
}

export async function createTopics(
  cluster: Cluster,
  names: readonly string[],
  partitions: number,
): Promise<void> {
  const admin = client(cluster).admin();
  await admin.connect();
  await admin.createTopics({
    topics: names.map((topic) => ({ topic, numPartitions: partitions })),
    waitForLeaders: true,
  });
  await admin.disconnect();
}

export async function deleteTopics(cluster: Cluster, prefix: string): Promise<void> {
  const admin = client(cluster).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
  await admin.deleteTopics({ topics });
  await admin.disconnect();
}

/** Resolves when a group has so many members and all partitions are theirs. */
export async function groupIsStable(cluster: Cluster, groupId: string, members: number): Promise<void> {
  const admin = client(cluster).admin();
  await admin.connect();
  try {
    for (;;) {
      const { groups } = await admin.describeGroups([groupId]);
      if (groups[0]?.state === 'Stable' && groups[0].members.length === members) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    await admin.disconnect();
  }
}

/** Sends so many transactions as fast as it can. */
export async function produce(cluster: Cluster, topic: string, count: number): Promise<void> {
  const producer = client(cluster).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  for (let from = 0; from < count; from += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => transaction(from + i));
    await producer.send({ topic, messages });
  }
  await producer.disconnect();
}
