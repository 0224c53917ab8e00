/**
 * Sends an alert to a webhook. Whoever makes a rule names the address, so that it must not lead into our own
 * network: the address that is connected to is the one that was checked.
 */
import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Sent, SendWebhook } from '../../projections/market/alert-delivery.ts';
import { isAllowedHost, webhookProblem } from '../../projections/market/webhook-address.ts';
import type { AllowedHosts } from '../../projections/market/webhook-address.ts';
import { isPublicAddress } from '../../projections/market/public-networks.ts';
import { signatureOf } from './signature.ts';

/** All addresses of a name. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface WebhookSenderOptions {
  /** Hosts that may be in private networks and may be sent to by http. */
  readonly allowedHosts: AllowedHosts;
  /** Signs for rules without a secret of their own. */
  readonly secret: string | undefined;
  /** For everything, from the name's look-up to the end of the reply; 10 s by default. */
  readonly timeoutMs?: number;
  /** Unix milliseconds. */
  readonly now?: () => number;
  readonly resolve?: Resolve;
}

const TIMEOUT_MS = 10_000;
/** Nobody reads the reply; a server may still say so much before it is cut off. */
const MAX_REPLY_BYTES = 16_384;

const PRIVATE = 'the address leads into a private network';

class PrivateAddressError extends Error {
  readonly code = 'private_address';
}

export function createWebhookSender(options: WebhookSenderOptions): SendWebhook {
  const { allowedHosts, timeoutMs = TIMEOUT_MS, now = Date.now, resolve = systemLookup } = options;

  return async ({ url: address, secret: own, alert, name }) => {
    const secret = own ?? options.secret;
    if (address === null) return final('the rule has no webhook any more');
    if (secret === undefined) return final('there is no secret to sign with');
    const problem = webhookProblem(address, allowedHosts);
    if (problem) return final(`the address ${problem.message}`);
    const url = new URL(address);
    const allowed = isAllowedHost(url, allowedHosts);

    const body = JSON.stringify({ ...alert, name });
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const status = await post(url, body, {
        signal,
        ...(allowed ? {} : { lookup: publicLookup(resolve) }),
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          'User-Agent': 'chronofolio',
          'X-Chronofolio-Delivery': alert.alert_id,
          'X-Chronofolio-Signature': signatureOf(body, secret, Math.floor(now() / 1000)),
        },
      });
      return outcomeOf(status);
    } catch (error) {
      if (error instanceof PrivateAddressError) return final(PRIVATE);
      return { ok: false, final: false, error: signal.aborted ? 'timed out' : reasonOf(error) };
    }
  };
}

function final(error: string): Sent {
  return { ok: false, final: true, error };
}

function outcomeOf(status: number): Sent {
  if (status >= 200 && status < 300) return { ok: true };
  const error = `HTTP ${status}${status >= 300 && status < 400 ? ': redirects are not followed' : ''}`;
  return { ok: false, final: false, error };
}

/** A code rather than a message: messages name addresses of our network. */
function reasonOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'the connection failed';
}

/** Names lead to public addresses only: one that is not spoils all of them. */
function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const [first] = addresses;
      if (!first || addresses.some(({ address }) => !isPublicAddress(address)))
        return callback(new PrivateAddressError(PRIVATE), '');
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** @returns the status of the reply; what it says is thrown away, and cut off where it does not end */
function post(url: URL, body: string, options: RequestOptions): Promise<number> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    // A connection of its own: one that is kept might lead to where the name did before.
    const request = send(url, { ...options, method: 'POST', agent: false }, (reply: IncomingMessage) => {
      resolve(reply.statusCode ?? 0);
      let bytes = 0;
      reply.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_REPLY_BYTES) request.destroy();
      });
      reply.on('error', () => request.destroy());
    });
    request.on('error', reject);
    request.end(body);
  });
}
