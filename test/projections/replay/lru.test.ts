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
});
