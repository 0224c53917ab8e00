/** The fold of the golden log with everything taken away by which two runs could differ. */
import { afterEach, expect, it, vi } from 'vitest';
import { goldenEvents } from './log.ts';
import { foldInMemory } from './figures.ts';

const RealDate = Date;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function forbidden(name: string): () => never {
  return () => {
    throw new Error(`the fold asked for ${name}`);
  };
}

/** Dates can be made of numbers and texts; the one of now cannot. */
class DateWithoutClock extends RealDate {
  constructor(...parts: [] | [number | string | Date]) {
    if (parts.length === 0) throw new Error('the fold asked for the date of today');
    super(parts[0]);
  }
  static override now = forbidden('Date.now');
}

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'] as const;

/** What the fold may not touch, replaced by what throws when it is. */
function takeAway(): void {
  vi.stubGlobal('Date', DateWithoutClock);
  vi.spyOn(Math, 'random').mockImplementation(forbidden('Math.random'));
  vi.spyOn(performance, 'now').mockImplementation(forbidden('performance.now'));
  vi.spyOn(process, 'hrtime').mockImplementation(forbidden('process.hrtime'));
  for (const name of TIMERS) vi.stubGlobal(name, forbidden(name));
  for (const name of ['fetch', 'crypto', 'console'])
    vi.stubGlobal(name, new Proxy(forbidden(name), { get: forbidden(name) }));
}

/** Runs `work` with the environment out of reach. */
function withoutEnvironment<T>(work: () => T): T {
  const env = process.env;
  process.env = new Proxy(env, { get: forbidden('process.env'), has: forbidden('process.env') });
  try {
    return work();
  } finally {
    process.env = env;
  }
}

it('needs no clock, chance, timer, environment nor network', () => {
  const events = goldenEvents();
  const expected = foldInMemory(events);
  takeAway();
  const folded = withoutEnvironment(() => foldInMemory(events));
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  expect(folded).toEqual(expected);
});

it('would be caught if it did', () => {
  takeAway();
  const touches: (() => unknown)[] = [
    () => Date.now(),
    () => new Date(),
    () => Math.random(),
    () => performance.now(),
    () => setTimeout(() => undefined, 1),
    () => crypto.randomUUID(),
    () => console.log('x'),
    () => withoutEnvironment(() => String(process.env.TZ)),
  ];
  const caught = touches.map((touch) => {
    try {
      touch();
      return 'nothing';
    } catch (error) {
      return String(error);
    }
  });
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  for (const said of caught) expect(said).toContain('the fold asked for');
});

it.each(['Pacific/Kiritimati', 'America/St_Johns', 'UTC'])(
  "comes to the same where the machine's time zone is %s",
  (zone) => {
    const expected = foldInMemory(goldenEvents());
    vi.stubEnv('TZ', zone);
    vi.stubEnv('LANG', 'tr_TR.UTF-8');
    expect(foldInMemory(goldenEvents())).toEqual(expected);
  },
);

it('comes to the same again, and with its events in one batch or many', () => {
  const events = goldenEvents();
  expect(foldInMemory(events)).toEqual(foldInMemory(events));
  expect(foldInMemory(events, 1)).toEqual(foldInMemory(events));
});
