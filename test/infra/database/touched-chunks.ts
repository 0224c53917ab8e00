/** A test database whose statements are explained before they run, to see which chunks each would open. */
import type { Database, DatabaseTransaction } from '../../../infra/database/database.ts';
import type { TestDatabase } from '../../support/database.ts';

export interface Touched {
  readonly text: string;
  /** The chunks in its plan, each once. */
  readonly chunks: readonly string[];
}

interface Plan {
  'Relation Name'?: string;
  Plans?: Plan[];
}

export interface Watch {
  readonly db: TestDatabase;
  /** The statements on hypertables within transactions, since it was last asked. */
  take(): Touched[];
}

export function watchChunks(db: TestDatabase): Watch {
  let touched: Touched[] = [];
  const watched = (database: Database): Database => ({
    ...database,
    transaction: (work, options) => database.transaction((tx) => work(explaining(tx)), options),
  });
  const explaining = (tx: DatabaseTransaction): DatabaseTransaction => ({
    ...tx,
    query: async <R extends object>(text: string, values?: readonly unknown[]) => {
      if (values !== undefined && /_timeseries|_snapshots/.test(text)) {
        const [row] = await tx.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
          `explain (format json) ${text}`,
          values,
        );
        touched.push({ text, chunks: chunksOf(row!['QUERY PLAN'][0].Plan) });
      }
      return tx.query<R>(text, values);
    },
  });
  return {
    db: { ...db, database: watched(db.database), open: (options) => watched(db.open(options)) },
    take() {
      const taken = touched;
      touched = [];
      return taken;
    },
  };
}

function chunksOf(plan: Plan): string[] {
  const nodes = (node: Plan): Plan[] => [node, ...(node.Plans ?? []).flatMap(nodes)];
  const names = nodes(plan).flatMap((node) => node['Relation Name'] ?? []);
  return [...new Set(names.filter((name) => /^_hyper_\d+_\d+_chunk$/.test(name)))];
}
