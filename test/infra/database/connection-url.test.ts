import { describe, expect, test } from 'vitest';
import { maskPassword, redactor, withSessionSettings } from '../../../infra/database/connection-url.ts';

describe('session settings', () => {
  test.each([
    ['postgresql://u:p@h/d', 'postgresql://u:p@h/d?options=-c%20a%3Db'],
    ['postgresql://u:p@h/d?sslmode=require', 'postgresql://u:p@h/d?sslmode=require&options=-c%20a%3Db'],
    ['postgresql://h/d?options=-c%20x%3Dy', 'postgresql://h/d?options=-c%20x%3Dy%20-c%20a%3Db'],
  ])('are added to %s', (url, expected) => {
    expect(withSessionSettings(url, { a: 'b' })).toBe(expected);
  });

  test('keep blanks and backslashes in their values', () => {
    const url = withSessionSettings('postgresql://h/d', { search_path: 'a, b\\c' });
    expect(new URL(url).searchParams.get('options')).toBe('-c search_path=a,\\ b\\\\c');
  });
});

describe('a password', () => {
  test.each([
    ['postgresql://u:pw@h:1/d', 'postgresql://u:***@h:1/d'],
    ['postgresql://u:p@w/:x@h/d', 'postgresql://u:***@h/d'],
    ['postgresql://u@h/d', 'postgresql://u@h/d'],
    ['postgresql://h/d?user=u&password=pw&x=1', 'postgresql://h/d?user=u&password=***&x=1'],
  ])('of %s is masked', (url, masked) => {
    expect(maskPassword(url)).toBe(masked);
  });

  test('is taken out of any text, encoded or not', () => {
    const redact = redactor('postgresql://u:p%40ss@h/d');
    expect(redact('tried p@ss and p%40ss at postgresql://u:p%40ss@h/d')).toBe(
      'tried *** and *** at postgresql://u:***@h/d',
    );
  });

  test('that is not there changes nothing', () => {
    expect(redactor('postgresql://u@h/d')('a text')).toBe('a text');
  });
});
