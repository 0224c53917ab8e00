/** Lines for people: the time, the level, the message, then the fields. */

const LEVELS: Readonly<Record<number, { name: string; colour: string }>> = {
  10: { name: 'TRACE', colour: '\u001b[90m' },
  20: { name: 'DEBUG', colour: '\u001b[90m' },
  30: { name: 'INFO ', colour: '\u001b[32m' },
  40: { name: 'WARN ', colour: '\u001b[33m' },
  50: { name: 'ERROR', colour: '\u001b[31m' },
  60: { name: 'FATAL', colour: '\u001b[31m' },
};
const RESET = '\u001b[0m';
const DIM = '\u001b[2m';
const HIDDEN = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'name', 'error']);

/** One line of JSON as text; as it is when it is none. */
export function readable(line: string, colours: boolean): string {
  const record = parse(line);
  if (!record) return line;
  const paint = (colour: string, text: string) => (colours ? `${colour}${text}${RESET}` : text);
  const level = LEVELS[Number(record.level)] ?? { name: String(record.level), colour: '' };
  const time = typeof record.time === 'string' ? record.time.slice(11, 23) : '';
  const fields = Object.entries(record)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  const head = `${paint(DIM, time)} ${paint(level.colour, level.name)} ${String(record.msg)}`;
  return `${head}${paint(DIM, fields)}${stackOf(record.error)}\n`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null)
    return error === undefined ? '' : `\n    ${JSON.stringify(error)}`;
  const stack: unknown = Reflect.get(error, 'stack') ?? Reflect.get(error, 'message');
  return `\n    ${String(stack).replaceAll('\n', '\n    ')}`;
}
