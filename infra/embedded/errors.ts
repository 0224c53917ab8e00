export type EmbeddedErrorCode =
  | 'unsupported_platform'
  | 'binaries_unusable'
  | 'unreachable_directory'
  | 'foreign_data'
  | 'incompatible_data'
  | 'initdb_failed'
  | 'start_failed'
  | 'port_taken'
  | 'data_in_use'
  | 'stop_failed'
  | 'lock_timeout';

/** Why the embedded PostgreSQL could not be had. */
export class EmbeddedError extends Error {
  readonly code: EmbeddedErrorCode;

  constructor(code: EmbeddedErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'EmbeddedError';
    this.code = code;
  }
}

/** The `code` of an error of the operating system, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
