/** The port through which the outbox is measured. */
export interface OutboxMetrics {
  /** Rows not published yet, and the seconds since the oldest of them was noted; 0 and 0 when there are none. */
  outbox(rows: number, ageSeconds: number): void;
}
