/** Secrets never reach the log, wherever they hide. */

/** Field names whose values are replaced, at the top and one and two levels down. */
const SECRET_FIELDS = [
  'password',
  'secret',
  'token',
  'authorization',
  'cookie',
  'DATABASE_URL',
  'POSTGRES_PASSWORD',
  'EVENTSTORE_URL',
  'KAFKA_SASL_PASSWORD',
];

export const REDACTED_PATHS: string[] = SECRET_FIELDS.flatMap((field) => [
  field,
  `*.${field}`,
  `*.*.${field}`,
]);

const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"]*):[^\s/?#"]+@/gi;

/** Takes the passwords out of the connection strings in a line. */
export function withoutPasswords(line: string): string {
  return line.includes('://') ? line.replace(URL_PASSWORD, '$1:***@') : line;
}
