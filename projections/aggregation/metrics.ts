/** The port through which aggregation is measured. */
export interface AggregationMetrics {
  /** Days whose snapshots are there, whose order is out, and that were ordered and are not complete yet. */
  aggregationDays(days: Readonly<Record<'eligible' | 'scheduled' | 'pending', number>>): void;
  /** Positions of which rows were found missing or different. */
  damagedPositions?(positions: number): void;
}
