import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { day } from '../../../domain/dates.ts';
import { decimal } from '../../../domain/decimal.ts';
import { riskOf, type RiskInput } from '../../../domain/risk/risk.ts';
import { sampleOf } from '../../../domain/risk/sample.ts';
import { fromFactors, fromReturns } from './given-levels.ts';

/** Monday to Friday from Monday 4 March 2024, with nothing at weekends. */
function weeks(returns: readonly string[]): string[] {
  return returns.flatMap((text, i) => (i % 5 === 4 ? [text, '0', '0'] : [text]));
}

function riskOver(returns: readonly string[], more: Partial<RiskInput> = {}) {
  const all = weeks(returns);
  const levels = fromReturns('2024-03-04', all);
  const [from, to] = [day('2024-03-04'), day('2024-03-04') + all.length - 1];
  const sample = sampleOf(levels, from, to, 'daily');
  return riskOf({
    levels,
    from,
    to,
    perYear: 252,
    confidence: 0.95,
    returns: sample.returns,
    twrAnnualized: null,
    ...more,
  });
}

const codes = (reasons: readonly { figure: string; code: string }[]) =>
  Object.fromEntries(reasons.map(({ figure, code }) => [figure, code]));

describe('figures of a period', () => {
  it('twenty returns, one of them −5 % and the others +1 %', () => {
    const { figures } = riskOver(Array.from({ length: 20 }, (_, i) => (i === 7 ? '-0.05' : '0.01')));
    // Mean 0.7 %; squares around it 19 · 0.003² + 0.057² = 0.00342.
    expect(figures.mean_return).toBeCloseTo(0.007 * 252, 12);
    expect(figures.volatility).toBeCloseTo(Math.sqrt((0.00342 / 19) * 252), 12);
    expect(figures.downside_deviation).toBeCloseTo(Math.sqrt((0.0025 / 20) * 252), 12);
    expect(figures.max_drawdown).toBeCloseTo(-0.05, 12);
    // (20 − 1) · 5 % = 0.95: almost the second lowest, but only the lowest is below.
    expect(figures.var_historical).toBeCloseTo(0.05 - 0.95 * 0.06, 12);
    expect(figures.es_historical).toBeCloseTo(0.05, 12);
  });

  it('value at risk over five returns in a row', () => {
    const texts = Array.from({ length: 24 }, (_, i) => (i === 7 ? '-0.05' : '0.01'));
    const { figures, reasons } = riskOver(texts, { horizon: 5 });
    // Twenty runs: the five over the loss make 0.95 · 1.01⁴ − 1, and (20 − 1) · 5 % falls between two of them.
    expect(figures.var_historical).toBeCloseTo(1 - 0.95 * 1.01 ** 4, 12);
    // Mean 0.75 %, squares around it 23 · 0.0025² + 0.0575².
    const deviation = Math.sqrt((23 * 0.0025 ** 2 + 0.0575 ** 2) / 23);
    expect(figures.var_parametric).toBeCloseTo(
      1.6448536269514722 * deviation * Math.sqrt(5) - 5 * 0.0075,
      12,
    );
    expect(figures.volatility).toBeCloseTo(deviation * Math.sqrt(252), 12);
    expect(codes(reasons)).not.toHaveProperty('risk.var_historical');
    const short = riskOver(texts.slice(1), { horizon: 5 });
    expect(short.figures.var_historical).toBeNull();
    expect(short.reasons.find(({ figure }) => figure === 'risk.var_historical')?.message).toMatch(/23 .* 24/);
  });

  it('a minimum acceptable return stands in for the riskless one in what falls short of it', () => {
    const texts = ['0.02', '0.01', '0.04', '-0.01', '0.02'];
    const riskless = Float64Array.from({ length: 5 }, () => 0.005);
    const acceptable = Float64Array.from({ length: 5 }, () => 0.02);
    const { figures } = riskOver(texts, { riskless, acceptable });
    // 0, −1, 2, −3 and 0 %: mean −0.4 %.
    expect(figures.downside_deviation).toBeCloseTo(Math.sqrt((0.001 / 5) * 252), 12);
    expect(figures.sortino).toBeCloseTo((-0.004 * 252) / Math.sqrt((0.001 / 5) * 252), 12);
    expect(figures.sharpe).toBe(riskOver(texts, { riskless }).figures.sharpe);
    // It needs no riskless rate.
    const unknown = riskOver(texts, { riskless: day('2024-03-05'), acceptable });
    expect(unknown.figures).toMatchObject({ sharpe: null, sortino: figures.sortino });
    expect(Object.keys(codes(unknown.reasons))).not.toContain('risk.sortino');
  });

  it('Calmar is the return of a year over the deepest fall', () => {
    const { figures } = riskOver(['0', '-0.1', '0.2', '0', '0'], { twrAnnualized: 0.3 });
    expect(figures.calmar).toBeCloseTo(3, 12);
  });

  it('the weekend is part of Monday', () => {
    // Five days at 1 %, a Saturday and a Sunday at 1 %, five more at 1 %: the second Monday is 1.01³ − 1.
    const levels = fromReturns(
      '2024-03-04',
      Array.from({ length: 12 }, () => '0.01'),
    );
    const { returns } = sampleOf(levels, day('2024-03-04'), day('2024-03-15'), 'daily');
    expect(returns).toHaveLength(10);
    expect(returns[5]).toBeCloseTo(1.01 ** 3 - 1, 14);
  });
});

describe('figures that cannot be given', () => {
  it('too few returns leave the fall alone', () => {
    const { figures, reasons } = riskOver(['0.01', '-0.02', '0.01', '0.01']);
    expect(figures.volatility).toBeNull();
    expect(figures.max_drawdown).toBeCloseTo(-0.02, 12);
    expect(codes(reasons)).toMatchObject({ 'risk.returns': 'too_few_returns' });
  });

  it('returns that never vary', () => {
    const { figures, reasons } = riskOver(['0.01', '0.01', '0.01', '0.01', '0.01']);
    expect(figures).toMatchObject({ volatility: 0, max_drawdown: 0, sharpe: null, skewness: null });
    expect(codes(reasons)).toMatchObject({
      'risk.sharpe': 'no_variation',
      'risk.sortino': 'no_shortfall',
      'risk.skewness': 'no_variation',
      'risk.var_cornish_fisher': 'no_variation',
      'risk.drawdown': 'no_drawdown',
      'risk.calmar': 'below_one_year',
    });
  });

  it('a peak that is not reached again', () => {
    const { reasons } = riskOver(['0.01', '0.02', '-0.1', '0.01', '0.02']);
    expect(codes(reasons)).toMatchObject({ 'risk.drawdown_recovery': 'not_recovered' });
  });

  it('no figure is ever null without a reason, nor NaN', () => {
    const someReturns = fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 30 });
    fc.assert(
      fc.property(someReturns, (given) => {
        const { figures, reasons } = riskOver(given.length > 0 ? given.map((n) => String(n / 1000)) : ['0']);
        const why = codes(reasons);
        for (const [name, value] of Object.entries(figures)) {
          if (value === null) expect(why[`risk.${name}`] ?? why['risk.returns'], name).toBeDefined();
          else expect(Number.isFinite(value), name).toBe(true);
        }
      }),
    );
  });
});

describe('a total loss', () => {
  it('is a return of −100 % and a fall of everything', () => {
    const levels = fromFactors(
      '2024-03-04',
      ['1.01', '0.99', '0', '1', '1'].map((text) => decimal(text)),
    );
    const sample = sampleOf(levels, day('2024-03-04'), day('2024-03-08'), 'daily');
    // Afterwards there is no capital, hence no return.
    expect([...sample.returns].map((value) => Number(value.toFixed(12)))).toEqual([0.01, -0.01, -1]);
  });
});
