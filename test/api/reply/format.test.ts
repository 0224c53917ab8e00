import { expect, test } from 'vitest';
import { Problem } from '../../../api/http/problem.ts';
import { accepted, negotiate } from '../../../api/reply/format.ts';

const PICTURE = { svg: 'image/svg+xml' };

test.each([
  [undefined, 'json'],
  ['', 'json'],
  ['*/*', 'json'],
  ['text/*', 'csv'],
  ['application/*', 'json'],
  ['TEXT/CSV; header=present', 'csv'],
  ['application/jsonl', 'ndjson'],
  // The order in which the client names them decides between what it likes as much.
  ['text/csv;q=0.8, application/json;q=0.8', 'csv'],
  ['application/json;q=0.8, text/csv;q=0.8', 'json'],
  ['text/html, application/vnd.apache.parquet;q=0.2, text/csv;q=0.1', 'parquet'],
  // What is said of one format holds against a wildcard that covers it too, whatever comes first.
  ['*/*;q=0.1, application/json;q=0', 'csv'],
  ['application/json;q=0, */*', 'csv'],
  ['application/*, application/json;q=0.5', 'ndjson'],
  ['*/*, text/*;q=0, application/json;q=0, application/x-ndjson;q=0', 'arrow'],
  ['application/json;q=0.2, */*;q=0.9', 'csv'],
])('of Accept %j it is %s', (accept, format) => {
  expect(negotiate(undefined, accept)).toBe(format);
});

test('the parameter wins over the header', () => {
  expect(negotiate('arrow', 'text/csv')).toBe('arrow');
});

test.each(['text/html', 'application/json;q=0', 'text/csv;q=nothing', '*/*;q=0', 'json'])(
  'nothing offered is in %j',
  (accept) => {
    expect(() => negotiate(undefined, accept)).toThrow(Problem);
  },
);

test.each([
  ['image/svg+xml', 'svg'],
  ['image/*', 'svg'],
  ['image/avif,image/svg+xml,*/*;q=0.5', 'svg'],
  ['*/*', 'json'],
])('where there are pictures, of Accept %j it is %s', (accept, format) => {
  expect(negotiate(undefined, accept, PICTURE)).toBe(format);
});

test('only what is offered', () => {
  expect(accepted('application/json;q=0.9, text/csv;q=0.1', ['csv', 'parquet'])).toBe('csv');
  expect(() => accepted('application/json', ['csv', 'parquet'])).toThrow('offered are text/csv');
});
