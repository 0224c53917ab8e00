/** However messages are cut into batches, the log ends up with the same contents. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeadLetter, Message } from '../../../domain/messages.ts';
import { openIngest, TRANSACTION } from './support/ingest.ts';
import type { IngestFixture } from './support/ingest.ts';

let fixture: IngestFixture;
beforeAll(async () => {
  fixture = await openIngest();
});
afterAll(() => fixture.close());

const transaction = fc
  .record({
    transaction_id: fc.constantFrom('T1', 'T2', 'T3', 'T4', 'T5', 'T6'),
    portfolio_id: fc.constantFrom('P1', 'P2', 'P3'),
    security_id: fc.constantFrom('S1', 'S2'),
    currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR'),
    price: fc.constantFrom(1, 2, -1),
    transaction_type: fc.constantFrom('BUY', 'SELL', 'DEPOSIT'),
    epoch: fc.constantFrom(0, 0, 0, 2),
  })
  .map((changes) => ({ ...TRANSACTION, ...changes, trade_currency: changes.currency }));
const value = fc.oneof(
  { weight: 8, arbitrary: transaction },
  { weight: 1, arbitrary: fc.constant('poison') },
);
/** Some messages, and where they are cut. */
const scenario = fc.record({
  values: fc.array(value, { minLength: 1, maxLength: 25 }),
  cuts: fc.array(fc.nat(25), { maxLength: 6 }),
});

let runs = 0;

/** The contents that come of it; identifiers begin with a name of the run's own, which is taken off again. */
async function contentsOf(values: readonly unknown[], cuts: readonly number[]): Promise<string> {
  const own = `R${++runs}_`;
  const messages = values.map((each, offset): Message => ({
    offset,
    key: null,
    value: Buffer.from(JSON.stringify(each).replace(/"([TPS]\d)"/g, `"${own}$1"`)),
    headers: [],
  }));
  const before = await fixture.log.head();
  const deadLetters: DeadLetter[] = [];
  const bounds = [...new Set([0, ...cuts.filter((cut) => cut < messages.length), messages.length])].sort(
    (a, b) => a - b,
  );
  for (const [i, next] of bounds.slice(1).entries()) {
    const expected = bounds[i]!;
    const batch = { groupId: own, topic: own, partition: 0, expected, next };
    const result = await fixture.ingest.transactions({ ...batch, messages: messages.slice(expected, next) });
    if (result.status === 'fenced') throw new Error('fenced');
    deadLetters.push(...result.deadLetters);
  }
  const events = (await fixture.log.readFeed(before, 10_000)).map(
    ({ streamId, version, type, data, metadata }) => ({ streamId, version, type, data, metadata }),
  );
  const dead = deadLetters.map(({ message, code, reason }) => [message.offset, code, reason]);
  return JSON.stringify({ events, dead }, null, 1).replaceAll(own, '');
}

it('any cut gives what one batch gives', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ values, cuts }) => {
      const whole = await contentsOf(values, []);
      expect(await contentsOf(values, cuts)).toBe(whole);
      expect(
        await contentsOf(
          values,
          values.map((_, i) => i),
        ),
      ).toBe(whole);
    }),
    { numRuns: 25 },
  );
});
