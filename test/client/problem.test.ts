import { expect, test } from 'vitest';
import { ChronofolioError } from '../../client/problem.ts';
import { pages, rows } from '../../client/pages.ts';
import type { NextPage } from '../../client/pages.ts';

const reply = (status: number) => new Response(null, { status, headers: { 'X-Request-Id': 'r1' } });

test('a problem document becomes an error with its sentence, kind and fields', () => {
  const errors = [{ field: 'price', rule: 'positive', message: 'must be greater than zero' }];
  const body = { type: 'urn:chronofolio:problem:rejected', detail: 'price is wrong', errors };
  expect(new ChronofolioError(reply(422), body)).toMatchObject({
    message: 'price is wrong',
    status: 422,
    code: 'rejected',
    errors,
    correlationId: 'r1',
    body,
  });
});

test.each([
  [{ success: false, error: 'no such symbol' }, 'no such symbol'],
  ['<html>bad gateway</html>', 'the server answered 502'],
  [undefined, 'the server answered 502'],
])('of any other reply the error says what there is: %j', (body, message) => {
  expect(new ChronofolioError(reply(502), body)).toMatchObject({ message, code: 'http-502', errors: [] });
});

test('pages end with the last, and each is asked for only when it is wanted', async () => {
  const asked: (string | undefined)[] = [];
  const load = async ({ cursor }: NextPage) => {
    asked.push(cursor);
    const at = Number(cursor ?? '0');
    return { items: [at, at + 0.5], next_cursor: at === 2 ? null : String(at + 1) };
  };
  const all: number[] = [];
  for await (const row of rows(load, ({ items }) => items)) all.push(row);
  expect(all).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
  expect(asked).toEqual([undefined, '1', '2']);
  for await (const page of pages(load)) {
    expect(page.items).toEqual([0, 0.5]);
    break;
  }
  expect(asked).toHaveLength(4);
});
