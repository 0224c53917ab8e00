/** Where the commands write: results to standard output, everything else to standard error. */
export interface Terminal {
  /** A result: a line or several, without the last line end. */
  out(text: string): void;
  /** News of work going on, warnings and errors. */
  note(text: string): void;
  /** Whether somebody is looking at standard error, so that bars can be drawn. */
  readonly interactive: boolean;
  /** Columns available. */
  readonly width: number;
  /** Where bars are drawn. */
  readonly stream: NodeJS.WritableStream;
}

interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const LEAST_WIDTH = 40;
const USUAL_WIDTH = 100;

/** The process's own terminal. */
export function processTerminal({ stdout, stderr }: Streams): Terminal {
  return {
    out: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    interactive: stderr.isTTY,
    // Some terminals say that they have no columns at all.
    width: stdout.isTTY && stdout.columns >= LEAST_WIDTH ? stdout.columns : USUAL_WIDTH,
    stream: stderr,
  };
}
