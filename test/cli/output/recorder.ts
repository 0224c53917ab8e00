import { Writable } from 'node:stream';
import type { Terminal } from '../../../cli/output/terminal.ts';

export interface RecordingTerminal extends Terminal {
  readonly results: string[];
  readonly notes: string[];
  /** What bars drew. */
  drawn(): string;
}

/** A terminal that keeps what is written to it. */
export function recordingTerminal(
  options: { interactive?: boolean; width?: number } = {},
): RecordingTerminal {
  const results: string[] = [];
  const notes: string[] = [];
  let drawn = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      drawn += chunk.toString();
      done();
    },
  });
  return {
    results,
    notes,
    drawn: () => drawn,
    out: (text) => void results.push(text),
    note: (text) => void notes.push(text),
    interactive: options.interactive ?? false,
    width: options.width ?? 100,
    stream,
  };
}
