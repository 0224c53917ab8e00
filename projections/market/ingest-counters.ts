/** What each provider gave, and what became of it. */

/** The port for metrics. Providers are few and named in the configuration: their names may be labels. */
export interface IngestObserver {
  messages(provider: string, count: number): void;
  /** Received and sound; broken; given way in the queue; published. */
  ticks(provider: string, outcome: 'received' | 'rejected' | 'dropped' | 'published', count: number): void;
  reconnects(provider: string): void;
  /** From a tick's own time to its publication, in seconds. */
  lag(provider: string, seconds: number): void;
}

export interface IngestCounts {
  messages: number;
  /** Messages that are not what the configuration says. */
  unreadable: number;
  ticks: number;
  rejected: number;
  dropped: number;
  published: number;
  reconnects: number;
  /** Of the newest tick published; `null` before there is one. */
  lag_ms: number | null;
}

export interface IngestCounters {
  messages(provider: string, count: number, unreadable: number): void;
  ticks(provider: string): void;
  /** Each returns whether it is one of the first in this period, which are worth a line. */
  rejected(provider: string): boolean;
  dropped(provider: string): boolean;
  published(provider: string, count: number, lagMs: number): void;
  reconnected(provider: string): void;
  counts(): Readonly<Record<string, IngestCounts>>;
  nextPeriod(): void;
}

const LINES_A_PERIOD = 5;

export function createIngestCounters(
  providers: readonly string[],
  observer?: IngestObserver,
): IngestCounters {
  const all = new Map(providers.map((name) => [name, nothing()]));
  const of = (name: string): IngestCounts => {
    const known = all.get(name) ?? nothing();
    all.set(name, known);
    return known;
  };
  let lines = { rejected: 0, dropped: 0 };
  return {
    messages(provider, count, unreadable) {
      of(provider).messages += count;
      of(provider).unreadable += unreadable;
      observer?.messages(provider, count);
    },
    ticks(provider) {
      of(provider).ticks += 1;
      observer?.ticks(provider, 'received', 1);
    },
    rejected(provider) {
      of(provider).rejected += 1;
      observer?.ticks(provider, 'rejected', 1);
      lines.rejected += 1;
      return lines.rejected <= LINES_A_PERIOD;
    },
    dropped(provider) {
      of(provider).dropped += 1;
      observer?.ticks(provider, 'dropped', 1);
      lines.dropped += 1;
      return lines.dropped === 1;
    },
    published(provider, count, lagMs) {
      of(provider).published += count;
      of(provider).lag_ms = lagMs;
      observer?.ticks(provider, 'published', count);
      observer?.lag(provider, lagMs / 1000);
    },
    reconnected(provider) {
      of(provider).reconnects += 1;
      observer?.reconnects(provider);
    },
    counts: () => Object.fromEntries([...all].map(([name, counts]) => [name, { ...counts }])),
    nextPeriod() {
      lines = { rejected: 0, dropped: 0 };
    },
  };
}

function nothing(): IngestCounts {
  return {
    messages: 0,
    unreadable: 0,
    ticks: 0,
    rejected: 0,
    dropped: 0,
    published: 0,
    reconnects: 0,
    lag_ms: null,
  };
}
