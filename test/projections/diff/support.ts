/** Books with one position bought and sold, in both generations alike. */
import type { StoredEvent } from '../../../domain/log.ts';
import type { Generation, Slot } from '../../../projections/generation.ts';
import { createProjector } from '../../../projections/projector.ts';
import { facts } from '../../support/books.ts';
import type { Books, Fact } from '../../support/books.ts';

export function trade(
  id: string,
  type: 'BUY' | 'SELL' | 'DEPOSIT',
  date: string,
  quantity: string,
  price: string,
  portfolio = 'P',
): Fact {
  const security = type === 'DEPOSIT' ? 'CASH_EUR' : 'AAA';
  return facts.transaction(portfolio, type, security, date, {
    transaction_id: id,
    quantity,
    price,
    gross_transaction_amount: String(Number(quantity) * Number(price)),
  });
}

export const opening: readonly Fact[] = [
  facts.portfolio('P'),
  facts.portfolio('Q'),
  facts.security('AAA', 'EUR'),
  facts.prices('AAA', 'EUR', [
    ['2025-01-01', '100'],
    ['2025-01-03', '110'],
    ['2025-01-05', '105'],
    ['2025-01-08', '120'],
  ]),
  trade('D1', 'DEPOSIT', '2025-01-01', '10000', '1'),
  trade('T1', 'BUY', '2025-01-02', '10', '100'),
  trade('T2', 'SELL', '2025-01-06', '4', '106'),
  trade('D2', 'DEPOSIT', '2025-01-01', '5000', '1', 'Q'),
  facts.closeDay('2025-01-10'),
];

/** Brings a generation level with the log. */
export async function project(books: Books, slot: Slot): Promise<Generation> {
  const generation = books.generations.of(slot);
  const projector = createProjector({ log: books.log, generation });
  while ((await projector.step()) > 0);
  return generation;
}

/** Facts as the log would hand them out, at positions from 1 on. */
export function stored(...items: readonly Fact[]): StoredEvent[] {
  return items.map(({ streamId, event }, i) => ({
    ...event,
    streamId,
    position: i + 1,
    version: i + 1,
    eventId: String(i),
    effectiveAt: '2025-01-01T00:00:00.000000Z',
    recordedAt: '2025-01-01T00:00:00.000000Z',
    metadata: { source: 'cli' },
  }));
}
