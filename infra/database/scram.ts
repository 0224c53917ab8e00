/**
 * What the server keeps of a password (RFC 5803). Made here, so that the password itself is never in a
 * statement, and hence in no log, of the server.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** PostgreSQL's own default. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;

/** The verifier of a password for SCRAM-SHA-256, in the form in which PostgreSQL takes it for one. */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  // Of SASLprep what matters: the same characters however they were typed.
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, 32, 'sha256');
  const key = (name: string) => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64');
  const serverKey = key('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
