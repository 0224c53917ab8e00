import { describe, expect, it } from 'vitest';
import { basisPoints, counted, figure, percent, quantity, seconds } from '../../../cli/output/format.ts';

describe('figures for people', () => {
  it.each([
    ['1234567.005', 2, '1,234,567.01'],
    ['-0.001', 2, '0.00'],
    ['-1999.995', 2, '-2,000.00'],
    ['999', 0, '999'],
    ['1000', 0, '1,000'],
    ['12345678901234567890.129', 2, '12,345,678,901,234,567,890.13'],
  ])('groups and rounds %s', (text, places, shown) => {
    expect(figure(text, places)).toBe(shown);
  });

  it('shows what is not known as a dash', () => {
    expect(figure(null)).toBe('–');
    expect(percent(null)).toBe('–');
    expect(quantity(undefined)).toBe('–');
  });

  it.each([
    ['0.0523', '+5.23 %'],
    ['-0.1', '-10.00 %'],
    ['1.5', '+150.00 %'],
    ['0.00001', '0.00 %'],
    ['0', '0.00 %'],
    ['2', '+200.00 %'],
  ])('turns the fraction %s into a percentage', (text, shown) => {
    expect(percent(text)).toBe(shown);
  });

  it('shows quantities without padding', () => {
    expect(quantity('100')).toBe('100');
    expect(quantity('1000.5000')).toBe('1,000.5');
    expect(quantity('0.12345678')).toBe('0.123457');
  });

  it('signs basis points', () => {
    expect(basisPoints('3.2')).toBe('+3.20');
    expect(basisPoints('-3.2')).toBe('-3.20');
    expect(basisPoints('0')).toBe('0.00');
  });

  it('counts and times', () => {
    expect(counted(1, 'row')).toBe('1 row');
    expect(counted(1200, 'row')).toBe('1,200 rows');
    expect(counted(2, 'day is', 'days are')).toBe('2 days are');
    expect(seconds(0.416)).toBe('0.42 s');
    expect(seconds(125)).toBe('2 min 5 s');
  });
});
