/** Signatures of webhooks: who receives one can tell that it is ours, whole, and of now. */
import { createHmac } from 'node:crypto';

/**
 * @param seconds Unix time; it is signed too, so that an old message cannot be sent again as a new one
 * @returns `t=<seconds>,v1=<hex>`, an HMAC-SHA256 of `<seconds>.<body>`
 */
export function signatureOf(body: string, secret: string, seconds: number): string {
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
