import { describe, expect, it } from 'vitest';
import type {
  DeadLetterDesk,
  DeadLetterDetails,
  DeadLetterSelection,
} from '../../../commands/ingest/operations.ts';
import { partialApp, run } from '../support/run.ts';

const LETTER: DeadLetterDetails = {
  id: 17,
  topic: 'prices',
  partition: 2,
  offset: 41,
  error_code: 'invalid',
  error_message: 'price: must be greater than zero (positive)',
  status: 'open',
  received_at: '2025-08-20T10:00:00.000000Z',
  published_at: null,
  resolved_at: null,
  key: Buffer.from('SEC_AAPL'),
  value: Buffer.from('{"price":-1}'),
  headers: [['trace', Buffer.from([0xff])]],
};

/** A desk with one letter, which notes what it was asked. */
function desk() {
  const asked: unknown[] = [];
  const deadLetters: DeadLetterDesk = {
    async list(filter) {
      asked.push(filter);
      const { key: _key, value: _value, headers: _headers, ...summary } = LETTER;
      return [summary];
    },
    find: async (id) => (id === LETTER.id ? LETTER : undefined),
    async retry(selection: DeadLetterSelection) {
      asked.push(selection);
      return [LETTER.id];
    },
    async discard(ids) {
      asked.push(ids);
      return ids.filter((id) => id === LETTER.id);
    },
  };
  const open = async () => partialApp({ deadLetters });
  return { asked, cli: (line: string) => run(line, { open }) };
}

describe('chronofolio dlq', () => {
  it('lists what there is, by topic and status', async () => {
    const { asked, cli } = desk();
    const { out, exit } = await cli('dlq list --topic prices --status open --limit 5');
    expect(asked).toEqual([{ topic: 'prices', status: 'open', limit: 5 }]);
    expect(out).toContain('prices/2@41');
    expect(out).toContain('must be greater than zero');
    expect(exit).toBe(0);
    expect(JSON.parse((await cli('dlq --json')).out)).toMatchObject({
      dead_letters: [{ id: 17, topic: 'prices', offset: 41, error_code: 'invalid' }],
    });
    expect((await cli('dlq list --status odd')).exit).toBe(2);
  });

  it('shows a message as text or, where it is none, in hexadecimal', async () => {
    const { cli } = desk();
    const { out } = await cli('dlq show 17');
    expect(out).toContain('prices, partition 2, offset 41');
    expect(out).toContain('{"price":-1}');
    expect(out).toContain('00000000  ff');
    expect(JSON.parse((await cli('dlq show 17 --json')).out)).toMatchObject({
      key: { text: 'SEC_AAPL' },
      value: { text: '{"price":-1}' },
      headers: [{ name: 'trace', base64: '/w==' }],
    });
    expect(await cli('dlq show 18')).toMatchObject({
      exit: 1,
      notes: expect.stringContaining('no dead letter 18'),
    });
  });

  it('retries those named, or all, of a topic where one is given', async () => {
    const { asked, cli } = desk();
    expect(await cli('dlq retry 17')).toMatchObject({ exit: 0, out: '1 message sent again.' });
    expect(await cli('dlq retry --all')).toMatchObject({ exit: 0 });
    expect(await cli('dlq retry --all --topic prices')).toMatchObject({ exit: 0 });
    expect(asked).toEqual([{ ids: [17] }, {}, { topic: 'prices' }]);
    const some = await cli('dlq retry 17 18 --json');
    expect(JSON.parse(some.out)).toEqual({ retried: [17], skipped: [18] });
    expect(some.exit).toBe(1);
  });

  it('wants to know what to retry', async () => {
    const { asked, cli } = desk();
    for (const line of ['dlq retry', 'dlq retry 17 --all', 'dlq retry 17 --topic prices', 'dlq retry x'])
      expect((await cli(line)).exit).toBe(2);
    expect(asked).toEqual([]);
  });

  it('discards those named and says which were not open', async () => {
    const { asked, cli } = desk();
    expect(await cli('dlq discard 17')).toMatchObject({ exit: 0, out: '1 dead letter discarded.' });
    const none = await cli('dlq discard 18 18');
    expect(none).toMatchObject({ exit: 1, out: '0 dead letters discarded. Not open, or not there: 18.' });
    expect(asked).toEqual([[17], [18]]);
  });
});
