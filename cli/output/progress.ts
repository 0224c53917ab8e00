/** Progress of long work: a bar where somebody is looking, a line now and then where nobody is. */
import { Presets, SingleBar } from 'cli-progress';
import { count, counted, seconds } from './format.ts';
import type { Terminal } from './terminal.ts';

/** Where a long piece of work stands; `done` of `total` steps of a phase, and rows written so far. */
export interface ProgressReport {
  readonly phase: string;
  readonly done: number;
  /** 0 while nobody knows. */
  readonly total: number;
  readonly rows?: number;
  /** How much of the whole work is done, from 0 to 1, where it has several phases and that can be told. */
  readonly whole?: number;
}

export interface ProgressDisplay {
  show(report: ProgressReport): void;
  /** Ends the display; the last phase is left standing. */
  stop(): void;
}

/** A phase that takes longer than this reports now and then on a terminal without bars. */
const LINE_EVERY_MS = 5_000;

/** Says how long the whole will take, from how long the part seen so far took. */
function wholeClock(now: () => number): (whole: number | undefined) => string | undefined {
  let first: { readonly whole: number; readonly at: number } | undefined;
  return (whole) => {
    if (whole === undefined) {
      first = undefined;
      return undefined;
    }
    first ??= { whole, at: now() };
    const part = whole - first.whole;
    const percent = `${Math.floor(whole * 100)} % in all`;
    if (part < 0.02 || whole >= 1) return percent;
    return `${percent}, ${seconds((((now() - first.at) / 1000) * (1 - whole)) / part)} left`;
  };
}

/** Rows, rows a second and the time left, as far as they can be told after `elapsedMs`. */
function outlook(
  { done, total, rows }: ProgressReport,
  elapsedMs: number,
  whole: string | undefined,
): string {
  const elapsed = elapsedMs / 1000;
  return [
    ...(rows === undefined ? [] : [counted(rows, 'row')]),
    ...(rows === undefined || elapsed < 0.2 ? [] : [`${count(rows / elapsed)} rows/s`]),
    ...(whole === undefined ? [] : [whole]),
    ...(whole === undefined && done > 0 && done < total
      ? [`${seconds((elapsed * (total - done)) / done)} left`]
      : []),
  ].join(', ');
}

/** How far a phase is, in words. */
function extent({ done, total }: ProgressReport): string {
  if (total > 0) return `${count(done)} of ${count(total)}`;
  return done > 0 ? count(done) : '';
}

const DRAWN = '{phase} {bar} {extent}  {outlook}';
const WRITTEN = '{phase} {extent}  {outlook}';

function bars(terminal: Terminal, now: () => number): ProgressDisplay {
  let bar: SingleBar | undefined;
  let phase = '';
  let [started, heard] = [now(), now()];
  const told = wholeClock(now);
  return {
    show(report) {
      const known = report.total > 0;
      if (report.phase !== phase) {
        bar?.stop();
        phase = report.phase;
        started = heard;
        bar = new SingleBar(
          { format: known ? DRAWN : WRITTEN, stream: terminal.stream, hideCursor: true, barsize: 24 },
          Presets.shades_classic,
        );
        bar.start(known ? report.total : 1, 0, { phase: phase.padEnd(18), extent: '', outlook: '' });
      }
      heard = now();
      if (known) bar?.setTotal(report.total);
      const words = {
        phase: phase.padEnd(18),
        extent: extent(report),
        outlook: outlook(report, heard - started, told(report.whole)),
      };
      bar?.update(known ? report.done : 0, words);
    },
    stop() {
      bar?.stop();
      bar = undefined;
      phase = '';
      heard = now();
    },
  };
}

function lineOf(report: ProgressReport): string {
  const words = extent(report);
  return words === '' ? report.phase : `${report.phase}: ${words}`;
}

function lines(terminal: Terminal, now: () => number): ProgressDisplay {
  let phase: string | undefined;
  // A phase may report only when it is done: it began when the one before was last heard of.
  let [started, lastLine, heard] = [now(), now(), now()];
  let last: ProgressReport | undefined;
  const told = wholeClock(now);
  const finish = (): void => {
    if (last === undefined) return;
    const rows = last.rows === undefined ? '' : `, ${counted(last.rows, 'row')}`;
    const took = seconds((heard - started) / 1000);
    terminal.note(`${lineOf(last)}${rows} in ${took}`);
    last = undefined;
  };
  return {
    show(report) {
      if (report.phase !== phase) {
        finish();
        phase = report.phase;
        started = lastLine = heard;
      } else if (now() - lastLine >= LINE_EVERY_MS) {
        lastLine = now();
        const left = told(report.whole);
        terminal.note(left === undefined ? lineOf(report) : `${lineOf(report)}; ${left}`);
      }
      heard = now();
      last = report;
    },
    stop() {
      finish();
      phase = undefined;
      heard = now();
    },
  };
}

/** A display for one command. The clock is the caller's, so that a test can hold it still. */
export function progressDisplay(
  terminal: Terminal,
  now: () => number = () => performance.now(),
): ProgressDisplay {
  return terminal.interactive ? bars(terminal, now) : lines(terminal, now);
}
