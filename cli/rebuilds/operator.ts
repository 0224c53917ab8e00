/** Who orders what at the command line, for the audit and for those who find it running: `cli:anna`. */
export function operatorOf(env: Readonly<Record<string, string | undefined>>): string {
  const name = env['LOGNAME'] ?? env['USER'];
  return name === undefined || name === '' ? 'cli' : `cli:${name}`.slice(0, 40);
}
