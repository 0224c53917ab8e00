import { describe, expect, it } from 'vitest';
import { chart, thin } from '../../../cli/output/chart.ts';
import { progressDisplay } from '../../../cli/output/progress.ts';
import { facts, table } from '../../../cli/output/table.ts';
import { recordingTerminal } from './recorder.ts';

describe('table', () => {
  it('sets numbers to the right under their titles', () => {
    const text = table(
      [{ title: 'year' }, { title: 'value', align: 'right' }],
      [
        ['2024', '1,000.00'],
        ['2025', '9.50'],
      ],
    );
    expect(text.split('\n')).toEqual([
      'year     value',
      '──────────────',
      '2024  1,000.00',
      '2025      9.50',
    ]);
  });

  it('lines names and values up', () => {
    expect(
      facts([
        ['head', '12'],
        ['projected', '11'],
      ]),
    ).toBe('head       12\nprojected  11');
  });
});

describe('chart', () => {
  it('keeps the ends of a series it thins', () => {
    const series = Array.from({ length: 1000 }, (_, i) => i);
    const points = thin(series, 50);
    expect(points).toHaveLength(50);
    expect([points[0], points.at(-1)]).toEqual([0, 999]);
  });

  it('draws as wide as asked, with the ends named', () => {
    const text = chart([1, 1.2, 1.1, 1.5, 2], { width: 60, height: 5, from: '2024', to: '2025' });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(text).toContain('2.000');
    expect(text.split('\n').at(-1)).toMatch(/2024 +2025$/);
  });

  it('draws a flat series and nothing for a single point', () => {
    expect(chart([1, 1, 1], { width: 40 })).toContain('1.000');
    expect(chart([1], { width: 40 })).toBe('');
  });
});

describe('progress', () => {
  it('writes a line for each phase where nobody looks', () => {
    const terminal = recordingTerminal();
    let clock = 0;
    const display = progressDisplay(terminal, () => clock);
    display.show({ phase: 'reading', done: 0, total: 10 });
    clock = 2_000;
    display.show({ phase: 'reading', done: 10, total: 10 });
    display.show({ phase: 'folding', done: 1, total: 2, rows: 100 });
    clock = 8_000;
    display.show({ phase: 'folding', done: 2, total: 2, rows: 2_000 });
    display.stop();
    expect(terminal.notes).toEqual([
      'reading: 10 of 10 in 2.00 s',
      'folding: 2 of 2',
      'folding: 2 of 2, 2,000 rows in 6.00 s',
    ]);
    expect(terminal.drawn()).toBe('');
  });
});
