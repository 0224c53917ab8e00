/** Rules of alerts and their history on the wire. */
import { z } from '@hono/zod-openapi';
import { text } from '../../commands/schemas/fields.ts';
import { INTERVALS, OPERATORS } from '../../domain/alerts/condition.ts';
import { MAX_CONDITION_LENGTH } from '../../domain/alerts/parse.ts';
import { cursor, wholeNumber } from '../reads/parameters.ts';
import { moment, symbolParams } from './parameters.ts';

const MAX_SECRET = 200;
const MIN_SECRET = 16;
const MAX_HYSTERESIS = 1e12;
const YEAR_S = 31_536_000;
const MAX_ROWS = 1_000;
export const DEFAULT_ROWS = 100;

const { symbol } = symbolParams.shape;
const ruleId = z
  .string()
  .regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'is not the id of a rule')
  .meta({ example: '0f8fad5b-d9cb-469f-a165-70867728950e' });

const condition = z
  .string()
  .trim()
  .min(1)
  .max(MAX_CONDITION_LENGTH)
  .meta({
    description: `\`operand operator operand\`: the operators are ${OPERATORS.join(', ')}; operands are numbers, \`price\` for ticks, and for bars open, high, low, close, volume and the indicators of \`GET /api/indicators\`, such as \`macd(12, 26, 9).histogram\`.`,
    example: 'rsi(14) > 70',
  });
const interval = z
  .enum(INTERVALS)
  .meta({ description: '`tick`: every new price. Otherwise bars, as they close.', example: '1day' });
const hysteresis = z
  .number()
  .refine((value) => value >= 0 && value <= MAX_HYSTERESIS, {
    message: `must be a number from 0 to ${MAX_HYSTERESIS}`,
    params: { rule: 'range' },
  })
  .meta({
    description:
      'How far back it must go before it can be raised again, in units of the left operand: 68 or below for `rsi(14) > 70` and 2.',
  });
const cooldown = z
  .int()
  .refine((value) => value >= 0 && value <= YEAR_S, {
    message: `must be a whole number from 0 to ${YEAR_S}`,
    params: { rule: 'range' },
  })
  .meta({ description: 'The least seconds between two alerts, by the times of ticks or bars.' });
const name = text(100);
const webhookUrl = z
  .string()
  .trim()
  .min(1)
  .max(2_000)
  .meta({ description: 'https, and no private network, unless an operator allows its host.' });
const webhookSecret = z
  .string()
  .min(MIN_SECRET)
  .max(MAX_SECRET)
  .meta({ description: 'Signs what is sent to the webhook. Never given out.' });

export const newRule = z
  .strictObject({
    symbol,
    interval: interval.optional().meta({ description: '`tick` unless given.' }),
    condition,
    hysteresis: hysteresis.optional(),
    cooldown_s: cooldown.optional(),
    name: name.nullish(),
    webhook_url: webhookUrl.nullish(),
    webhook_secret: webhookSecret.nullish(),
    kafka: z.boolean().optional().meta({ description: 'Whether alerts go to the topic `alerts` as well.' }),
    enabled: z.boolean().optional(),
  })
  .meta({ id: 'NewAlertRule' });

export const ruleChange = newRule
  .partial()
  .meta({ id: 'AlertRuleChange', description: 'What is not given stays; null takes away.' });

export const ruleView = z
  .object({
    rule_id: z.uuid(),
    symbol: z.string(),
    interval,
    condition: z.string(),
    hysteresis: z.number(),
    cooldown_s: z.int(),
    name: z.string().nullable(),
    webhook_url: z.string().nullable().meta({
      description: 'Without its path for those who may not change rules: it may be a secret.',
    }),
    webhook_secret_set: z.boolean().meta({ description: 'Whether it has a secret of its own.' }),
    kafka: z.boolean(),
    enabled: z.boolean(),
    state: z
      .enum(['new', 'armed', 'raised'])
      .meta({ description: '`raised` until it has been false by the hysteresis.' }),
    raised: z.int().meta({ description: 'How often it was raised.' }),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'AlertRule' });

export const alertView = z
  .object({
    alert_id: z.uuid(),
    rule_id: z.uuid(),
    symbol: z.string(),
    interval: z.string(),
    condition: z.string(),
    value: z.number().meta({ description: 'Of the left operand.' }),
    at: z.int().meta({ description: 'Of the tick, or the end of the bar; Unix milliseconds.' }),
    raised_at: z.string(),
    deliveries: z.array(
      z.object({
        channel: z.enum(['webhook', 'kafka']),
        status: z.enum(['pending', 'delivered', 'failed']),
        attempts: z.int(),
        next_attempt_at: z.string().nullable(),
        delivered_at: z.string().nullable(),
        last_error: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Alert' });

export const ruleParams = z.strictObject({ rule_id: ruleId });

const limit = wholeNumber(1, MAX_ROWS)
  .optional()
  .meta({ description: `1 to ${MAX_ROWS}, ${DEFAULT_ROWS} by default.` });

export const rulesQuery = z.strictObject({ symbol: symbol.optional(), limit, cursor });

export const historyQuery = z.strictObject({
  symbol: symbol.optional(),
  rule_id: ruleId.optional(),
  from: moment.optional().meta({ description: 'Of `at`, included: Unix seconds or ISO 8601.' }),
  to: moment.optional().meta({ description: 'Of `at`, included: Unix seconds or ISO 8601.' }),
  limit,
  cursor,
});
