import { describe, expect, it } from 'vitest';
import { createLru } from '../../../projections/replay/lru.ts';

function counting(maxEntries: number, maxWeight = Infinity) {
  const loads: string[] = [];
  const lru = createLru<string>({ maxEntries, maxWeight, weigh: (value) => value.length });
  const get = (key: string, value = key) =>
    lru.get(key, () => {
      loads.push(key);
      return Promise.resolve(value);
    });
  return { lru, loads, get };
}

describe('the values asked for last', () => {
  it('are loaded once, also when asked for at once', async () => {
    const { loads, get } = counting(2);
    expect(await Promise.all([get('a'), get('a'), get('b')])).toEqual(['a', 'a', 'b']);
    expect(await get('a')).toBe('a');
    expect(loads).toEqual(['a', 'b']);
  });

  it('push out the one that was not asked for longest', async () => {
    const { loads, get } = counting(2);
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await get(key);
    expect(loads).toEqual(['a', 'b', 'c', 'b']);
  });

  it('are bounded by their weight together, but the last one stays however heavy', async () => {
    const { loads, get } = counting(10, 5);
    await get('a', 'xxx');
    await get('b', 'xx');
    await get('a');
    expect(loads).toEqual(['a', 'b']);
    await get('c', 'far too heavy');
    await get('c');
    expect(loads).toEqual(['a', 'b', 'c']);
    await get('a', 'xxx');
    await get('b', 'xx');
    await get('a');
    expect(loads).toEqual(['a', 'b', 'c', 'a', 'b']);
  });

  it('are forgotten when they could not be loaded', async () => {
    const { lru, get } = counting(2);
    await expect(lru.get('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await get('a')).toBe('a');
  });

  it('are not kept when they are not to be', async () => {
    const lru = createLru<number>({
      maxEntries: 2,
      maxWeight: 2,
      weigh: () => 1,
      keeps: (value) => value > 0,
    });
    expect(await lru.get('a', () => Promise.resolve(0))).toBe(0);
    expect(await lru.get('a', () => Promise.resolve(1))).toBe(1);
    expect(await lru.get('a', () => Promise.resolve(2))).toBe(1);
  });
});

describe('values that have states', () => {
  const made = (maxWeight = 10) => {
    const formers: (string | undefined)[] = [];
    const lru = createLru<string>({ maxEntries: 9, maxWeight, weigh: (value) => value.length });
    const at = (state: unknown, key = 'a') =>
      lru.in(state, key, (former) => {
        formers.push(former);
        return Promise.resolve(`${String(state)}!`);
      });
    return { lru, formers, at };
  };

  it('give way to another state, which is made from the former', async () => {
    const { formers, at } = made();
    expect([await at(1), await at(1), await at(2), await at(1)]).toEqual(['1!', '1!', '2!', '1!']);
    expect(formers).toEqual([undefined, '1!', '2!']);
  });

  it('wait for the former that is being made, and share one load of each', async () => {
    const { formers, at } = made();
    expect(await Promise.all([at(1), at(2), at(2), at(1, 'b')])).toEqual(['1!', '2!', '2!', '1!']);
    expect(formers).toEqual([undefined, undefined, '1!']);
  });

  it('are made from nothing where the former failed', async () => {
    const { lru, formers, at } = made();
    const failing = lru.in(1, 'a', () => Promise.reject(new Error('down')));
    const next = at(2);
    await expect(failing).rejects.toThrow('down');
    expect(await next).toBe('2!');
    expect(formers).toEqual([undefined]);
  });

  it('weigh what their present state does', async () => {
    const { formers, at } = made(4);
    await at('long');
    await at(1);
    await at(1, 'b');
    await at(1);
    expect(formers).toEqual([undefined, 'long!', undefined]);
  });
});
