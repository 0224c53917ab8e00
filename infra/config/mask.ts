import { maskPassword } from '../database/connection-url.ts';
import { isSecret } from './variables.ts';

const LONGEST_SHOWN = 120;

/**
 * A variable's text as it may be shown: of a connection string everything but the password, of any
 * other secret nothing.
 */
export function shown(name: string, text: string): string {
  const masked = isSecret(name) ? maskSecret(name, text) : text;
  return masked.length > LONGEST_SHOWN ? `${masked.slice(0, LONGEST_SHOWN)}…` : masked;
}

function maskSecret(name: string, text: string): string {
  return name.endsWith('_URL') && text.includes('://') ? maskPassword(text) : '***';
}
