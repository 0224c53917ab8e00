/** The program's log on standard error: JSON for machines, readable lines on a terminal. */
import pino from 'pino';
import type { LogFields, Logger } from '../../projections/logger.ts';
import { readable } from './readable.ts';
import { REDACTED_PATHS, withoutPasswords } from './redact.ts';

export interface LineSink {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface LoggerOptions {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** `auto`, the default, is readable on a terminal and JSON elsewhere. */
  readonly format?: 'json' | 'readable' | 'auto';
  /** Standard error by default: standard output belongs to the results of commands. */
  readonly sink?: LineSink;
}

export function createLogger(options: LoggerOptions): Logger {
  const sink = options.sink ?? process.stderr;
  const format = options.format ?? 'auto';
  const people = format === 'readable' || (format === 'auto' && sink.isTTY === true);
  const colours = sink.isTTY === true && !process.env.NO_COLOR;
  const destination = {
    write: (line: string) => {
      const safe = withoutPasswords(line);
      sink.write(people ? readable(safe, colours) : safe);
    },
  };
  return wrap(
    pino(
      {
        level: options.level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        redact: { paths: REDACTED_PATHS, censor: '***' },
        serializers: { error: pino.stdSerializers.errWithCause },
        ...(people ? {} : { formatters: { level: (label: string) => ({ level: label }) } }),
      },
      destination,
    ),
  );
}

function wrap(inner: pino.Logger): Logger {
  return {
    debug: (message, fields = {}) => inner.debug(fields, message),
    info: (message, fields = {}) => inner.info(fields, message),
    warn: (message, fields = {}) => inner.warn(fields, message),
    error: (message, fields = {}) => inner.error(fields, message),
    child: (fields: LogFields) => wrap(inner.child(fields)),
  };
}
