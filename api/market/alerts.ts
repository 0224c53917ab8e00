/** Rules of alerts, and what they raised. */
import { z } from '@hono/zod-openapi';
import type {
  AlertRules,
  AlertRuleView,
  AlertSettings,
  Changed,
} from '../../projections/market/alert-rules.ts';
import { isLimited } from '../../domain/access/principal.ts';
import type { Api, ApiContext } from '../http/context.ts';
import { Problem, sentence } from '../http/problem.ts';
import { noParams } from '../reads/parameters.ts';
import { cursorCodec } from '../reply/cursor.ts';
import {
  alertView,
  DEFAULT_ROWS,
  historyQuery,
  newRule,
  ruleChange,
  ruleParams,
  rulesQuery,
  ruleView,
} from './alert-schemas.ts';
import { marketEndpoint, marketReply, readJson } from './endpoint.ts';
import { success } from './reply.ts';

export interface AlertsDependencies {
  readonly alerts: AlertRules;
}

const BODY_LIMIT_BYTES = 16_384;
const noQuery = z.strictObject({});
const ruleCursor = cursorCodec('alert-rules', z.int());
const historyCursor = cursorCodec('alerts', z.int());
const bodyOf = (schema: z.ZodType, example: object) => ({
  required: true,
  content: { 'application/json': { schema, example } },
});
const page = { count: z.int(), next_cursor: z.string().nullable() };

export function registerAlerts(api: Api, { alerts }: AlertsDependencies): void {
  marketEndpoint(
    api,
    {
      method: 'post',
      path: '/api/alerts',
      allPortfolios: true,
      summary: 'Make a rule that raises alerts',
      params: noParams,
      query: noQuery,
      bodyDocument: bodyOf(newRule, { symbol: 'AAPL', condition: 'price > 200', hysteresis: 1 }),
      replies: { 201: marketReply('The rule.', { data: ruleView }) },
      problems: ['malformed-body', 'body-too-large', 'conflict'],
    },
    (c) =>
      withErrors(c, async () => {
        const body = await readJson(c, newRule, BODY_LIMIT_BYTES);
        const settings = { ...DEFAULTS, ...given(body), symbol: body.symbol, condition: body.condition };
        const rule = accepted(await alerts.create(settings));
        c.header('Location', `/api/alerts/${rule.rule_id}`);
        return c.json({ success: true, data: rule, timestamp: Date.now() }, 201);
      }),
  );

  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/alerts',
      summary: 'The rules, in the order they were made',
      params: noParams,
      query: rulesQuery,
      replies: { 200: marketReply('The rules.', { data: z.array(ruleView), ...page }) },
    },
    async (c, { query: { symbol, limit = DEFAULT_ROWS, cursor } }) => {
      const { rows, next } = await alerts.list({ symbol, limit, after: ruleCursor.decode(cursor) });
      const shown = rows.map((rule) => shownTo(c, rule));
      return success(c, shown, {
        count: rows.length,
        next_cursor: next === undefined ? null : ruleCursor.encode(next),
      });
    },
  );

  // Before the rule with an id: `history` is none.
  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/alerts/history',
      summary: 'Alerts that were raised, the latest first, and what became of their deliveries',
      params: noParams,
      query: historyQuery,
      replies: { 200: marketReply('The alerts.', { data: z.array(alertView), ...page }) },
    },
    async (c, { query: { rule_id, limit = DEFAULT_ROWS, cursor, ...query } }) => {
      const after = historyCursor.decode(cursor);
      const { rows, next } = await alerts.history({ ...query, ruleId: rule_id, limit, after });
      return success(c, rows, {
        count: rows.length,
        next_cursor: next === undefined ? null : historyCursor.encode(next),
      });
    },
  );

  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/alerts/{rule_id}',
      summary: 'A rule',
      params: ruleParams,
      query: noQuery,
      replies: { 200: marketReply('The rule.', { data: ruleView }) },
      problems: ['not-found'],
    },
    async (c, { params: { rule_id } }) => success(c, shownTo(c, known(rule_id, await alerts.find(rule_id)))),
  );

  marketEndpoint(
    api,
    {
      method: 'put',
      path: '/api/alerts/{rule_id}',
      allPortfolios: true,
      summary: 'Change a rule, put it to sleep or wake it',
      description:
        'What is not given stays. With another symbol, interval or condition, and when it wakes, it begins anew.',
      params: ruleParams,
      query: noQuery,
      bodyDocument: bodyOf(ruleChange, { enabled: false }),
      replies: { 200: marketReply('The rule.', { data: ruleView }) },
      problems: ['malformed-body', 'body-too-large', 'not-found', 'conflict'],
    },
    (c, { params: { rule_id } }) =>
      withErrors(c, async () => {
        const change = given(await readJson(c, ruleChange, BODY_LIMIT_BYTES));
        return success(c, accepted(known(rule_id, await alerts.change(rule_id, change))));
      }),
  );

  marketEndpoint(
    api,
    {
      method: 'delete',
      path: '/api/alerts/{rule_id}',
      allPortfolios: true,
      summary: 'Remove a rule; what it raised stays in the history',
      params: ruleParams,
      query: noQuery,
      replies: { 200: marketReply('It is removed.', { data: z.object({ rule_id: z.uuid() }) }) },
      problems: ['not-found'],
    },
    async (c, { params: { rule_id } }) => {
      if (!(await alerts.remove(rule_id))) throw unknownRule(rule_id);
      return success(c, { rule_id });
    },
  );
}

/** The path of a webhook often is all that keeps others from using it: it is for those who may change rules. */
function shownTo(c: ApiContext, rule: AlertRuleView): AlertRuleView {
  const principal = c.get('principal');
  const whole = principal.scopes.has('write') && !isLimited(principal);
  return whole || rule.webhook_url === null
    ? rule
    : { ...rule, webhook_url: new URL(rule.webhook_url).origin };
}

const DEFAULTS: Omit<AlertSettings, 'symbol' | 'condition'> = {
  interval: 'tick',
  hysteresis: 0,
  cooldownS: 0,
  name: null,
  webhookUrl: null,
  webhookSecret: null,
  kafka: false,
  enabled: true,
};

/** What a body says, under the names of the settings; nothing for what it does not say. */
function given(body: z.output<typeof ruleChange>): Partial<AlertSettings> {
  const { cooldown_s, webhook_url, webhook_secret, ...rest } = body;
  const all = {
    ...rest,
    cooldownS: cooldown_s,
    webhookUrl: webhook_url,
    webhookSecret: webhook_secret,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function known<T>(ruleId: string, found: T | undefined): T {
  if (found === undefined) throw unknownRule(ruleId);
  return found;
}

function unknownRule(ruleId: string): Problem {
  return new Problem('not-found', `there is no alert rule ${ruleId}`);
}

function accepted(changed: Changed): AlertRuleView {
  if (changed.ok) return changed.rule;
  const { errors } = changed;
  const full = errors.some(({ rule }) => rule === 'too_many');
  throw new Problem(full ? 'conflict' : 'invalid-parameter', sentence(errors), { errors });
}

/** What is wrong with a body is named field by field. */
async function withErrors(c: ApiContext, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.errors.length === 0) throw error;
    return c.json(
      { success: false, error: error.message, errors: error.errors, timestamp: Date.now() },
      error.code === 'conflict' ? 409 : 400,
    );
  }
}
