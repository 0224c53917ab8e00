/** A Python program of the tests' own environment (`.ci/python-tools.sh`), given JSON. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface PythonRun {
  /** Zero when the program agrees. */
  readonly code: number | null;
  /** What it said, on either stream. */
  readonly output: string;
}

export interface PythonInput {
  /** Sent as JSON on standard input. */
  readonly input?: unknown;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The interpreter with what `requirements.txt` names. @throws Error telling how to get it */
export function pythonPath(): string {
  const given = process.env['TEST_PYTHON'];
  if (given !== undefined && existsSync(given)) return given;
  throw new Error('TEST_PYTHON is not set: export TEST_PYTHON="$(bash .ci/python-tools.sh)"');
}

/** Runs a script of this folder. */
export function runScript(name: string, input: unknown): Promise<PythonRun> {
  return runPython([fileURLToPath(new URL(name, import.meta.url))], { input });
}

/** Runs the interpreter with these arguments, of its environment nothing but what is given. */
export async function runPython(
  args: readonly string[],
  { input, cwd, env = {} }: PythonInput = {},
): Promise<PythonRun> {
  const child = spawn(pythonPath(), args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', ...env },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A program that ends early leaves the rest of its input unread; its exit code says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input === undefined ? '' : JSON.stringify(input));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, output: `${out}${err}` };
}
