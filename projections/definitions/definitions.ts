/**
 * Groups, benchmarks and uploaded series: what people have defined to look at the books by. They change no
 * figure of the books, so they have no tables of their own: the log is read for them, from where the last
 * reading ended.
 */
import type { Series } from '../../domain/books/series.ts';
import type { BenchmarkDetails, GroupDetails, SecurityDetails, SeriesDetails } from '../../domain/events.ts';

/** The definitions as they were after a position of the log; in the order of their ids. */
export interface Definitions {
  /** The position of the last event that any of them came of; 0 without any. */
  readonly position: number;
  readonly groups: ReadonlyMap<string, GroupDetails>;
  readonly benchmarks: ReadonlyMap<string, BenchmarkDetails>;
  readonly series: ReadonlyMap<string, SeriesDetails>;
}

/** A dated series from the log, with what is known of it. */
export interface NamedSeries<Details> {
  readonly details: Details;
  /** Later values over earlier ones, up to the position asked for. */
  readonly values: Series;
  /** Changes with every value. */
  readonly version: number;
}

export interface DefinitionReads {
  /** @param position as they were known then; everything there is when absent */
  at(position?: number): Promise<Definitions>;
  /** The closes of a security as recorded, divided by later splits where they were not adjusted for them. */
  closes(securityId: string, position?: number): Promise<NamedSeries<SecurityDetails> | undefined>;
  uploaded(seriesId: string, position?: number): Promise<NamedSeries<SeriesDetails> | undefined>;
}
