/** Progress of long work: a bar where somebody is looking, a line now and then where nobody is. */
import { Presets, SingleBar } from 'cli-progress';
import { count, counted, seconds } from './format.ts';
import type { Terminal } from './terminal.ts';

/** Where a long piece of work stands; `done` of `total` steps of a phase, and rows written so far. */
export interface ProgressReport {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly rows?: number;
}

export interface ProgressDisplay {
  show(report: ProgressReport): void;
  /** Ends the display; the last phase is left standing. */
  stop(): void;
}

/** A phase that takes longer than this reports now and then on a terminal without bars. */
const LINE_EVERY_MS = 5_000;

function speed(rows: number | undefined, elapsedMs: number): string {
  if (rows === undefined || elapsedMs <= 0) return '';
  return `${count(rows)} rows, ${count(rows / (elapsedMs / 1000))} rows/s`;
}

function bars(terminal: Terminal, now: () => number): ProgressDisplay {
  let bar: SingleBar | undefined;
  let phase = '';
  let started = 0;
  return {
    show(report) {
      if (report.phase !== phase) {
        bar?.stop();
        phase = report.phase;
        started = now();
        const format = `${phase.padEnd(22)} {bar} {percentage} %  {value}/{total}  {eta_formatted}  {speed}`;
        bar = new SingleBar(
          { format, stream: terminal.stream, hideCursor: true, barsize: 24 },
          Presets.shades_classic,
        );
        bar.start(report.total, report.done, { speed: '' });
      }
      bar?.setTotal(report.total);
      bar?.update(report.done, { speed: speed(report.rows, now() - started) });
    },
    stop() {
      bar?.stop();
      bar = undefined;
      phase = '';
    },
  };
}

function lines(terminal: Terminal, now: () => number): ProgressDisplay {
  let phase: string | undefined;
  let [started, lastLine] = [0, 0];
  let last: ProgressReport | undefined;
  const finish = (): void => {
    if (last === undefined) return;
    const rows = last.rows === undefined ? '' : `, ${counted(last.rows, 'row')}`;
    terminal.note(
      `${last.phase}: ${count(last.done)} of ${count(last.total)}${rows} in ${seconds((now() - started) / 1000)}`,
    );
    last = undefined;
  };
  return {
    show(report) {
      if (report.phase !== phase) {
        finish();
        phase = report.phase;
        started = lastLine = now();
      } else if (now() - lastLine >= LINE_EVERY_MS) {
        lastLine = now();
        terminal.note(`${report.phase}: ${count(report.done)} of ${count(report.total)}`);
      }
      last = report;
    },
    stop() {
      finish();
      phase = undefined;
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
