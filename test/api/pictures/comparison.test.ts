import { expect, test } from 'vitest';
import { drawComparison } from '../../../api/pictures/comparison.ts';
import type { ComparisonPicture } from '../../../api/pictures/comparison.ts';
import { day } from '../../../domain/dates.ts';
import { days } from '../../domain/returns/given-days.ts';

const picture: ComparisonPicture = {
  title: 'A & B <restated>',
  subtitle: '2 days changed',
  currency: 'EUR',
  names: { before: 'before (epoch 0)', after: 'after (epoch 1)' },
  before: days('2024-03-01', '100', [{ eod: '100' }, { eod: '110' }, { eod: '121' }]),
  after: days('2024-03-01', '100', [{ eod: '100' }, { eod: '111' }, { eod: '122' }]),
  firstChanged: day('2024-03-02'),
  events: [{ day: day('2024-03-02'), text: 'price AAA (event 7, recorded 2024-04-01)' }],
  moreEvents: 0,
};

/** The texts of a picture. */
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

test('a picture has titles, a legend, both axes and the events', async () => {
  const svg = await drawComparison(picture);
  const texts = textsOf(svg);
  expect(texts).toEqual(
    expect.arrayContaining([
      'A &amp; B &lt;restated&gt;',
      '2 days changed',
      'value, EUR',
      'difference of the return since 2024-03-01, basis points',
      'before (epoch 0)',
      'after (epoch 1)',
      '1   2024-03-02   price AAA (event 7, recorded 2024-04-01)',
      '1',
      '2 Mar',
    ]),
  );
  expect(svg).toContain('fill="#ffffff"');
});

test('many events are listed up to a bound, and the picture grows with the list', async () => {
  const events = Array.from({ length: 20 }, (_, i) => ({ day: day('2024-03-02'), text: `event ${i}` }));
  const height = (svg: string) => Number(/ height="(\d+)"/.exec(svg)?.[1]);
  const many = await drawComparison({ ...picture, events, moreEvents: 5 });
  expect(textsOf(many)).toContain('… and 17 more');
  expect(height(many)).toBeGreaterThan(height(await drawComparison(picture)));
});

test('nothing to draw is said', async () => {
  const empty = { ...picture, before: [], after: [], firstChanged: undefined, events: [] };
  expect(textsOf(await drawComparison(empty))).toContain('No day to show.');
});
