/** What rebuilds and generations look like over HTTP. */
import { z } from '@hono/zod-openapi';
import { date, identifier } from '../commands/schemas/fields.ts';
import { knownAt } from './reads/parameters.ts';

function atLeastZero(description: string, most: number) {
  return z
    .number()
    .refine((value) => value >= 0 && value <= most, {
      message: `must be a number from 0 to ${most}`,
      params: { rule: 'range' },
    })
    .meta({ description });
}

export const retainHours = atLeastZero(
  'How long the former generation is kept for a rollback, in hours; GENERATION_RETENTION_HOURS by default.',
  87_600,
).optional();

export const order = z
  .strictObject({
    portfolio_id: identifier.optional(),
    security_id: identifier.optional(),
    from: date.optional(),
    known_at: z
      .union([z.number().transform(String), z.string()])
      .pipe(knownAt)
      .optional()
      .meta({
        description:
          'Only what was known after this log position or at this instant: a generation to look things up in, which is never shown.',
      }),
    dry_run: z.boolean().optional().meta({
      description: 'Only tell what would change: the log is replayed in memory, nothing is written.',
    }),
    approve: z.boolean().optional().meta({
      description:
        'Show the new generation whatever it changes. Otherwise one that changes published figures waits for approval.',
    }),
    max_impact_bps: atLeastZero(
      'Show it without approval when no return changes by more than this many basis points.',
      1_000_000,
    ).optional(),
    retain_hours: retainHours,
  })
  .meta({ id: 'RebuildScope', description: 'What to rebuild; everything when nothing is named.' });

const scope = z
  .object({
    portfolio_id: z.string().optional(),
    security_id: z.string().optional(),
    from: z.string().optional(),
    known_at: z.int().optional().meta({ description: 'A position of the log.' }),
  })
  .meta({ id: 'RebuildScopeView' });

const report = z
  .object({
    verified: z
      .object({ keys: z.int(), rows: z.int(), portfolios: z.int(), checksum: z.string() })
      .optional()
      .meta({ description: 'What was replayed and compared before the flip.' }),
    changed: z
      .object({
        portfolios: z.int(),
        days: z.int(),
        max_impact_bps: z.string().nullable(),
        worst: z.array(z.object({ portfolio_id: z.string(), period: z.string(), basis_points: z.string() })),
      })
      .optional()
      .meta({ description: 'Published figures that differ from what readers see.' }),
  })
  .meta({ id: 'RebuildReport' });

export const rebuild = z
  .object({
    rebuild_id: z.string(),
    status: z.enum(['running', 'awaiting_approval', 'completed', 'failed', 'cancelled']),
    scope,
    started_at: z.string(),
    finished_at: z.string().nullable(),
    events_total: z.int(),
    events_done: z.int(),
    rows_written: z.int(),
    rows_per_second: z.number(),
    eta_seconds: z.number().nullable(),
    error: z.string().nullable(),
    phase: z.string(),
    phase_done: z.int(),
    phase_total: z.int(),
    progress: z.number().meta({ description: 'Of the whole, from 0 to 1.' }),
    interrupted: z.boolean().meta({ description: 'On record as running, and no process is at it.' }),
    cancel_requested: z.boolean(),
    slot: z.string().nullable(),
    keys_written: z.int(),
    fold_version: z.int(),
    position: z.int().nullable(),
    approve: z.boolean(),
    max_impact_bps: z.number().nullable(),
    who: z.string(),
    updated_at: z.string(),
    seconds: z.number(),
    report: report.nullable(),
  })
  .meta({ id: 'Rebuild' });

export const dryRunReport = z
  .looseObject({
    dry_run: z.literal(true),
    portfolios: z.int().meta({ description: 'Portfolios of which a published figure would change.' }),
    material_portfolios: z.int(),
    max_impact_basis_points: z.string().nullable(),
    changed: z.array(z.looseObject({ portfolio_id: z.string() })),
    unsettled: z.array(z.string()),
  })
  .meta({ id: 'RebuildDryRun' });

export const generation = z
  .object({
    slot: z.string(),
    state: z.enum(['active', 'empty', 'building', 'built', 'retained']),
    position: z.int().nullable(),
    lag_events: z.int().nullable(),
    fold_versions: z.array(z.int()),
    portfolios: z.int(),
    keys: z.int(),
    rows: z.int().meta({ description: 'An estimate of the database.' }),
    bytes: z.int(),
    quarantined_keys: z.int(),
    known_at: z.int().nullable(),
    rebuild_id: z.string().nullable(),
    since: z.string().nullable(),
    retained_until: z.string().nullable(),
  })
  .meta({ id: 'Generation' });

export const rolledBack = z
  .object({
    status: z.literal('flipped'),
    from: z.string(),
    to: z.string(),
    position: z.int(),
    held_ms: z.number().meta({ description: 'How long the active generation was held still.' }),
    seconds: z.number(),
  })
  .meta({ id: 'Rollback' });
