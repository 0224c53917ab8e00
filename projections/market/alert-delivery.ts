/**
 * The worker that brings alerts to webhooks and to Kafka. Any number of processes may run one. An alert may
 * be sent twice, when a process dies before it has noted the first time; its id tells.
 */
import type { Logger } from '../logger.ts';
import { createPolling } from '../outbox/polling.ts';
import type { Polling } from '../outbox/polling.ts';
import type { Channel } from './alert-rules.ts';
import type { AlertRaised, MarketEvents } from './model.ts';

/** An alert for a webhook, taken for a while. */
export interface WebhookDelivery {
  readonly eventNo: number;
  /** This one included. */
  readonly attempts: number;
  readonly url: string | null;
  /** Of the rule. */
  readonly secret: string | null;
  readonly name: string | null;
  readonly alert: AlertRaised;
}

export type Sent =
  | { readonly ok: true }
  /** `final`: another attempt would end the same. The text is shown to clients. */
  | { readonly ok: false; readonly final: boolean; readonly error: string };

/** Does not reject. */
export type SendWebhook = (delivery: WebhookDelivery) => Promise<Sent>;

/** In order; resolves when the brokers have them all. */
export type PublishAlerts = (alerts: readonly AlertRaised[]) => Promise<void>;

export interface DeliveryStore {
  /** Takes some that are due. Nobody else gets them before the lease is over. */
  takeWebhooks(wanted: {
    readonly limit: number;
    readonly perRule: number;
    readonly leaseMs: number;
    /** Rules whose deliveries are left. */
    readonly except: readonly string[];
  }): Promise<readonly WebhookDelivery[]>;
  /** @param retryMs from now; `undefined` gives it up */
  note(delivery: WebhookDelivery, sent: Sent, retryMs: number | undefined): Promise<void>;
  /**
   * Publishes the oldest that are due, unless another process is at it.
   * @returns how many
   */
  publish(limit: number, publish: PublishAlerts): Promise<number>;
  /** Alerts that are neither delivered nor given up, and the seconds since the oldest was raised. */
  backlog(): Promise<
    readonly { readonly channel: Channel; readonly rows: number; readonly ageSeconds: number }[]
  >;
}

export interface AlertDeliveryObserver {
  alertDelivery(channel: Channel, outcome: 'delivered' | 'retried' | 'failed', count: number): void;
  alertBacklog(channel: Channel, rows: number, ageSeconds: number): void;
}

export interface AlertDeliveryOptions {
  readonly store: DeliveryStore;
  readonly sendWebhook: SendWebhook;
  /** Absent: Kafka is for other processes. */
  readonly publish?: PublishAlerts;
  /** Wakes it when alerts are raised in this process. */
  readonly events?: Pick<MarketEvents, 'subscribe'>;
  readonly logger: Logger;
  readonly observer?: AlertDeliveryObserver;
  /** Webhooks at a time, 8 by default. */
  readonly concurrency?: number;
  /** Of a webhook, before it is given up; 12 by default. */
  readonly maxAttempts?: number;
  /** Milliseconds before the second attempt, 2,000 by default; doubled each time up to ten minutes. */
  readonly retryMs?: number;
  /** The longest that sending takes, 10 s by default. */
  readonly timeoutMs?: number;
  /** Milliseconds between looks, 250 by default; they become rarer. */
  readonly pollMs?: number;
  readonly random?: () => number;
}

/** Of one rule at a time: a server that does not answer does not keep the others waiting. */
const PER_RULE = 2;
const LAST_RETRY_MS = 600_000;
/** Time to note what became of it. */
const LEASE_MARGIN_MS = 20_000;
const KAFKA_ROUND = 500;
const MEASURE_EVERY_MS = 5_000;

/** Milliseconds after a number of attempts: half of it doubles, half is chance. */
export function webhookDelay(attempts: number, retryMs: number, random: () => number): number {
  const full = Math.min(LAST_RETRY_MS, retryMs * 2 ** Math.min(attempts - 1, 30));
  return full / 2 + (random() * full) / 2;
}

export function createAlertDelivery(options: AlertDeliveryOptions): Polling {
  const { store, sendWebhook, publish, events, logger, observer } = options;
  const { concurrency = 8, maxAttempts = 12, retryMs = 2_000, timeoutMs = 10_000 } = options;
  const { pollMs = 250, random = Math.random } = options;
  const underWay = new Map<number, { readonly ruleId: string; readonly done: Promise<void> }>();
  let measured = -Infinity;

  async function deliver(delivery: WebhookDelivery): Promise<void> {
    try {
      const sent = await sendWebhook(delivery);
      const again = !sent.ok && !sent.final && delivery.attempts < maxAttempts;
      await store.note(delivery, sent, again ? webhookDelay(delivery.attempts, retryMs, random) : undefined);
      observer?.alertDelivery('webhook', sent.ok ? 'delivered' : again ? 'retried' : 'failed', 1);
      if (!sent.ok && !again)
        logger.warn('a webhook was given up', {
          rule_id: delivery.alert.rule_id,
          alert_id: delivery.alert.alert_id,
          reason: sent.error,
        });
    } catch (error) {
      // It is taken again when the lease is over.
      logger.warn('what became of a webhook could not be noted', { error });
    }
  }

  function busyRules(): string[] {
    const counts = new Map<string, number>();
    for (const { ruleId } of underWay.values()) counts.set(ruleId, (counts.get(ruleId) ?? 0) + 1);
    return [...counts].filter(([, count]) => count >= PER_RULE).map(([ruleId]) => ruleId);
  }

  async function webhooks(): Promise<number> {
    if (underWay.size >= concurrency) await Promise.race([...underWay.values()].map(({ done }) => done));
    const taken = await store.takeWebhooks({
      limit: concurrency - underWay.size,
      perRule: PER_RULE,
      leaseMs: timeoutMs + LEASE_MARGIN_MS,
      except: busyRules(),
    });
    for (const delivery of taken) {
      const done = deliver(delivery).finally(() => {
        underWay.delete(delivery.eventNo);
        polling.wake();
      });
      underWay.set(delivery.eventNo, { ruleId: delivery.alert.rule_id, done });
    }
    return taken.length;
  }

  async function measure(): Promise<void> {
    if (!observer || performance.now() - measured < MEASURE_EVERY_MS) return;
    measured = performance.now();
    for (const { channel, rows, ageSeconds } of await store.backlog())
      observer.alertBacklog(channel, rows, ageSeconds);
  }

  const webhookPolling = createPolling({
    step: async () => {
      await measure();
      return webhooks();
    },
    pollMs,
    onError: (error) => logger.warn('webhooks could not be looked up; it will be tried again', { error }),
  });
  const kafkaPolling =
    publish &&
    createPolling({
      step: async () => {
        const published = await store.publish(KAFKA_ROUND, publish);
        if (published > 0) observer?.alertDelivery('kafka', 'delivered', published);
        return published;
      },
      pollMs,
      onError: (error) => {
        observer?.alertDelivery('kafka', 'retried', 1);
        logger.warn('alerts could not be published; it will be tried again', { error });
      },
    });

  let unsubscribe: (() => void) | undefined;
  const polling: Polling = {
    start() {
      unsubscribe ??= events?.subscribe((event) => {
        if (event.type === 'alerts') polling.wake();
      });
      webhookPolling.start();
      kafkaPolling?.start();
    },
    async stop() {
      unsubscribe?.();
      unsubscribe = undefined;
      await Promise.all([webhookPolling.stop(), kafkaPolling?.stop()]);
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
    wake() {
      webhookPolling.wake();
      kafkaPolling?.wake();
    },
  };
  return polling;
}
