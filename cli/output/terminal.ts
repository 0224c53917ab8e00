/** Where the commands write: results to standard output, everything else to standard error. */
import { createInterface } from 'node:readline/promises';

export interface Terminal {
  /** A result: a line or several, without the last line end. */
  out(text: string): void;
  /** News of work going on, warnings and errors. */
  note(text: string): void;
  /** Whether somebody is looking at standard error, so that bars can be drawn. */
  readonly interactive: boolean;
  /** Columns available. */
  readonly width: number;
  /** Asks whoever is looking for a yes; absent where nobody is there to answer. */
  readonly ask?: (question: string, stop: AbortSignal) => Promise<boolean>;
  /** Where bars are drawn. */
  readonly stream: NodeJS.WritableStream;
}

interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const LEAST_WIDTH = 40;
const USUAL_WIDTH = 100;

/** Only a plain yes is one. */
function asking(input: NodeJS.ReadStream, output: NodeJS.WriteStream): NonNullable<Terminal['ask']> {
  return async (question, stop) => {
    const lines = createInterface({ input, output });
    try {
      return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal: stop })).trim());
    } finally {
      lines.close();
    }
  };
}

/** The process's own terminal. */
export function processTerminal({ stdin, stdout, stderr }: Streams): Terminal {
  return {
    out: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    interactive: stderr.isTTY,
    // Some terminals say that they have no columns at all.
    width: stdout.isTTY && stdout.columns >= LEAST_WIDTH ? stdout.columns : USUAL_WIDTH,
    stream: stderr,
    ...(stdin.isTTY && stderr.isTTY ? { ask: asking(stdin, stderr) } : {}),
  };
}
