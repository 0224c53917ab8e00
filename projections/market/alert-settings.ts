/** Whether a rule can be kept: its condition, and where its alerts are to go. */
import { parseCondition } from '../../domain/alerts/parse.ts';
import type { AlertSettings, SettingsError } from './alert-rules.ts';
import { webhookProblem } from './webhook-address.ts';
import type { AllowedHosts } from './webhook-address.ts';

/** What the installation is able to do. */
export interface AlertAbilities {
  readonly webhookHosts: AllowedHosts;
  /** Whether webhooks are signed for rules without a secret of their own. */
  readonly webhookSecret: boolean;
  readonly kafka: boolean;
}

export type CheckedSettings =
  { readonly ok: true } | { readonly ok: false; readonly errors: readonly SettingsError[] };

export function checkedSettings(settings: AlertSettings, abilities: AlertAbilities): CheckedSettings {
  const errors = [
    ...conditionErrors(settings),
    ...webhookErrors(settings, abilities),
    ...(settings.kafka && !abilities.kafka
      ? [{ field: 'kafka', rule: 'not_configured', message: 'cannot be: Kafka is not configured' }]
      : []),
  ];
  return errors.length === 0 ? { ok: true } : { ok: false, errors };
}

function conditionErrors({ condition, interval }: AlertSettings): SettingsError[] {
  const parsed = parseCondition(condition, interval);
  if (parsed.ok) return [];
  const { position, rule, message } = parsed.error;
  return [{ field: 'condition', rule, message: `at position ${position}: ${message}` }];
}

function webhookErrors(
  { webhookUrl, webhookSecret }: AlertSettings,
  abilities: AlertAbilities,
): SettingsError[] {
  if (webhookUrl === null) return [];
  const problem = webhookProblem(webhookUrl, abilities.webhookHosts);
  const errors: SettingsError[] = problem ? [{ field: 'webhook_url', ...problem }] : [];
  if (webhookSecret === null && !abilities.webhookSecret)
    errors.push({
      field: 'webhook_secret',
      rule: 'required',
      message: 'is required: nothing else is there to sign with',
    });
  return errors;
}
