/** The days of a subject linked and summed up, as every figure over periods needs them. */
import { performanceBasis } from '../../domain/returns/performance.ts';
import type { PerformanceBasis, PerformanceOptions } from '../../domain/returns/performance.ts';
import { keptByReader } from './kept.ts';
import { ratesDigest } from './rates-digest.ts';
import { found } from './reading.ts';
import type { Outcome } from './reading.ts';
import { loadDays } from './subject-days.ts';
import { subjectKey } from './subject.ts';
import type { SubjectSource } from './subject.ts';

export interface BasisQuery {
  /** The subject's own by default. */
  readonly currency?: string;
  readonly options: PerformanceOptions;
}

const bases = keptByReader<Outcome<PerformanceBasis>>((loaded) =>
  loaded.status === 'found' ? loaded.value.chain.days.length : 1,
);

/** Of the days from the first one up to a date. */
export async function loadBasis(
  source: SubjectSource,
  date: string | null,
  { currency, options }: BasisQuery,
): Promise<Outcome<PerformanceBasis>> {
  const range = date === null ? {} : { to: date };
  const rates = await ratesKey(source, currency);
  const key = [subjectKey(source), date, currency, rates, JSON.stringify(options)].join('\n');
  return bases(source.reader).get(key, async () => {
    const loaded = await loadDays(source, range, currency);
    return loaded.status === 'found' ? found(performanceBasis(loaded.value.days, options)) : loaded;
  });
}

/** Exchange rates are no part of the version of a subject's rows, so that a conversion names them too. */
async function ratesKey(source: SubjectSource, currency: string | undefined): Promise<string> {
  const { subject } = source;
  if (currency === undefined || currency === subject.currency) return '';
  const bases = subject.members.map((member) => member.base_currency);
  return ratesDigest(source, [...new Set([currency, ...bases])]);
}
