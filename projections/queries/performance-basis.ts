/** The days of a subject linked and summed up, as every figure over periods needs them. */
import { performanceBasis } from '../../domain/returns/performance.ts';
import type { PerformanceBasis, PerformanceOptions } from '../../domain/returns/performance.ts';
import { keptByReader } from './kept.ts';
import { ratesDigest } from './rates-digest.ts';
import { found } from './reading.ts';
import type { Outcome } from './reading.ts';
import { carryLevels } from './risk-view.ts';
import { loadDays, loadHistory, within } from './subject-days.ts';
import { subjectKey, subjectName } from './subject.ts';
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
  { currency = source.subject.currency, options }: BasisQuery,
): Promise<Outcome<PerformanceBasis>> {
  const { reader, subject } = source;
  const range = date === null ? {} : { to: date };
  // The last complete day moves on with the books.
  const end = date === subject.complete_through ? 'the last' : date;
  const name = [subjectName(source), end, currency, JSON.stringify(options)].join('\n');
  if (currency !== subject.currency) {
    const state = [subjectKey(source), date, await ratesKey(source, currency)].join('\n');
    return bases(reader).in(state, name, async () => {
      const loaded = await loadDays(source, range, currency);
      return loaded.status === 'found' ? found(performanceBasis(loaded.value.days, options)) : loaded;
    });
  }
  const history = await loadHistory(source);
  if (history.status !== 'found') return history;
  // A history is another one in each state, with the days of the former as far as they are the same.
  return bases(reader).in(history.value, name, async (former) => {
    const { days } = within(history.value, range);
    if (former?.status !== 'found') return found(performanceBasis(days, options));
    const basis = performanceBasis(days, options, former.value);
    carryLevels(former.value, basis);
    return found(basis);
  });
}

/** Exchange rates are no part of the version of a subject's rows, so that a conversion names them too. */
async function ratesKey(source: SubjectSource, currency: string): Promise<string> {
  const others = source.subject.members.map((member) => member.base_currency);
  return ratesDigest(source, [...new Set([currency, ...others])]);
}
