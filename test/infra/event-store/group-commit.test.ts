import { expect, it } from 'vitest';
import { createGroupCommit, type GroupCommitOptions } from '../../../infra/event-store/group-commit.ts';

/** Items are numbers of bytes; the outcome of an item is the size of the group it was committed in. */
function recorded(options: Partial<GroupCommitOptions<number, number>> = {}) {
  const groups: (readonly number[])[] = [];
  const submit = createGroupCommit<number, number>({
    commit: (items) => {
      groups.push(items);
      return Promise.resolve(items.map(() => items.length));
    },
    bytesOf: (item) => item,
    isRefusal: () => false,
    maxGroupItems: 100,
    maxGroupBytes: 1_000,
    maxPendingItems: 1_000,
    maxPendingBytes: 10_000,
    ...options,
  });
  return { groups, submit };
}

it('commits together what came together, in order', async () => {
  const { groups, submit } = recorded();
  expect(await Promise.all([submit(1), submit(2), submit(3)])).toEqual([3, 3, 3]);
  expect(await submit(4)).toBe(1);
  expect(groups).toEqual([[1, 2, 3], [4]]);
});

it('gathers the next group while one commits', async () => {
  const groups: (readonly number[])[] = [];
  let commitFirst: () => void = () => undefined;
  const { submit } = recorded({
    commit: async (items) => {
      groups.push(items);
      if (groups.length === 1) {
        await new Promise<void>((resolve) => {
          commitFirst = resolve;
        });
      }
      return items.map(() => items.length);
    },
  });
  const first = submit(1);
  await new Promise((resolve) => setImmediate(resolve));
  const rest = [submit(2), submit(3)];
  expect(groups).toEqual([[1]]);
  commitFirst();
  await Promise.all([first, ...rest]);
  expect(groups).toEqual([[1], [2, 3]]);
});

it('bounds a group by items and bytes, and lets a larger item go alone', async () => {
  const { groups, submit } = recorded({ maxGroupItems: 2, maxGroupBytes: 10 });
  await Promise.all([1, 1, 1, 9, 2, 50, 3].map((item) => submit(item)));
  expect(groups).toEqual([[1, 1], [1, 9], [2], [50], [3]]);
});

it('refuses what exceeds the bounds of the queue, unless nothing else waits', async () => {
  const { submit } = recorded({ maxPendingItems: 3, maxPendingBytes: 10 });
  const results = await Promise.allSettled([submit(50), submit(1)]);
  expect(results).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'overloaded' } }]);
  const more = await Promise.allSettled([submit(1), submit(1), submit(1), submit(1)]);
  expect(more.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
  expect(await submit(10)).toBe(1);
});

it('tries the items of a refused group one by one', async () => {
  const attempts: (readonly number[])[] = [];
  const { submit } = recorded({
    commit: (items) => {
      attempts.push(items);
      return items.includes(13)
        ? Promise.reject(new Error('refused'))
        : Promise.resolve(items.map((item) => -item));
    },
    isRefusal: (error) => error instanceof Error && error.message === 'refused',
  });
  const results = await Promise.allSettled([submit(1), submit(13), submit(2)]);
  expect(results).toMatchObject([{ value: -1 }, { reason: { message: 'refused' } }, { value: -2 }]);
  expect(attempts).toEqual([[1, 13, 2], [1], [13], [2]]);
});

it('fails a whole group once when the store itself fails, and goes on', async () => {
  let failing = true;
  const { submit } = recorded({
    commit: (items) => (failing ? Promise.reject(new Error('gone')) : Promise.resolve(items)),
  });
  const results = await Promise.allSettled([submit(1), submit(2)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  failing = false;
  expect(await submit(3)).toBe(3);
});
