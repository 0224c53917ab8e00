import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_SHAPES, upcast, UpcastError, type EventShapes } from '../../domain/upcast.ts';

/** A world in which prices were first whole numbers of cents, then decimals, then had a currency. */
const shapes: EventShapes = {
  versions: { PricesRecorded: 3, BusinessDateAdvanced: 1 },
  steps: {
    PricesRecorded: [
      ({ cents, ...rest }) => ({ ...rest, price: String(Number(cents) / 100) }),
      (data) => ({ ...data, currency: 'USD' }),
    ],
  },
};

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof UpcastError) return error.code;
  }
  return 'nothing thrown';
};

describe('upcast', () => {
  it('runs the steps from the stored version up to the newest, and no other', () => {
    const newest = { type: 'PricesRecorded', data: { security_id: 'S', price: '1.5', currency: 'USD' } };
    const read = (schemaVersion: number, data: Record<string, unknown>) =>
      upcast({ type: 'PricesRecorded', schemaVersion, data: { security_id: 'S', ...data } }, shapes);
    expect(read(1, { cents: '150' })).toEqual(newest);
    expect(read(2, { price: '1.5' })).toEqual(newest);
    expect(read(3, { price: '1.5', currency: 'USD' })).toEqual(newest);
  });

  it('leaves what was stored untouched', () => {
    const data = Object.freeze({ cents: '150' });
    upcast({ type: 'PricesRecorded', schemaVersion: 1, data }, shapes);
    expect(data).toEqual({ cents: '150' });
  });

  it('refuses types and versions it does not know', () => {
    const read = (type: string, schemaVersion: number, registry = shapes) =>
      codeOf(() => upcast({ type, schemaVersion, data: {} }, registry));
    expect(read('NoSuchType', 1)).toBe('unknown_event_type');
    expect(read('constructor', 1)).toBe('unknown_event_type');
    expect(read('PricesRecorded', 4)).toBe('unknown_schema_version');
    expect(read('PricesRecorded', 0)).toBe('unknown_schema_version');
    expect(read('PricesRecorded', 1.5)).toBe('unknown_schema_version');
    expect(read('BusinessDateAdvanced', 2)).toBe('unknown_schema_version');
    const broken: EventShapes = {
      versions: { PricesRecorded: 3 },
      steps: { PricesRecorded: [(data) => data] },
    };
    expect(read('PricesRecorded', 1, broken)).toBe('unknown_schema_version');
  });

  it('applies each step once from wherever it starts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), (a, b) => {
        const [from, newest] = [Math.min(a, b), Math.max(a, b)];
        const counting: EventShapes = {
          versions: { T: newest },
          steps: {
            T: Array.from({ length: newest - 1 }, (_, step) => (data) => ({
              ...data,
              path: `${String(data.path)}${step + 1}`,
            })),
          },
        };
        const { data } = upcast({ type: 'T', schemaVersion: from, data: { path: '' } }, counting);
        expect(data).toEqual({
          path: Array.from({ length: newest - from }, (_, step) => from + step).join(''),
        });
      }),
    );
  });

  it('every type of this program has the steps up to its newest version', () => {
    for (const [type, newest] of Object.entries(EVENT_SHAPES.versions)) {
      expect(EVENT_SHAPES.steps[type]?.length ?? 0).toBe(newest - 1);
    }
  });
});
