-- Rebuilds as operators see them: what was ordered, how far it is, what came of it. The row of one that
-- runs is kept up to date; when its process dies, the row says where the next one goes on.

create table rebuilds (
  rebuild_id       uuid primary key default gen_random_uuid(),
  -- {all}, or some of {portfolio_id, security_id, from}; known_at as a log position.
  scope            json not null,
  -- The generation it fills; null where keys are folded again in the one readers see.
  slot             text check (slot in ('gen_a', 'gen_b')),
  status           text not null check (status in ('running', 'awaiting_approval', 'completed', 'failed', 'cancelled')),
  phase            text not null,
  fold_version     integer not null,
  -- The facts it folds are those of the log up to here; null until it has read them.
  position         bigint,
  -- Of the phase it is in.
  done             bigint not null default 0,
  total            bigint not null default 0,
  events           bigint not null default 0,
  rows_written     bigint not null default 0,
  keys_written     bigint not null default 0,
  -- Seconds spent folding and writing, over all runs that it took.
  seconds          double precision not null default 0,
  cancel_requested boolean not null default false,
  -- {flip: 'always' | 'ask', max_impact_bps?}: when it may be shown to readers.
  approval         json not null,
  who              text not null,
  started_at       timestamptz not null default clock_timestamp(),
  updated_at       timestamptz not null default clock_timestamp(),
  finished_at      timestamptz,
  error            text,
  -- What verification and the comparison with the former generation found.
  report           json
);
create index rebuilds_started on rebuilds (started_at desc);
comment on table rebuilds is 'Every rebuild that was ordered: where it stands, and how it ended.';

create table idle_generation (
  only_row       boolean primary key default true check (only_row),
  -- empty: nothing; building: being filled; built: complete and kept level, not shown yet (or never, when
  -- known_at is set); retained: what readers saw before the last flip, kept level for a rollback.
  state          text not null check (state in ('empty', 'building', 'built', 'retained')),
  rebuild_id     uuid references rebuilds,
  fold_version   integer,
  -- It holds what was known at this position, for good.
  known_at       bigint,
  since          timestamptz not null default clock_timestamp(),
  retained_until timestamptz
);
comment on table idle_generation is 'What the generation holds that readers do not see.';
insert into idle_generation (state) values ('empty');

create table generation_flips (
  flip_id    bigint generated always as identity primary key,
  from_slot  text not null,
  to_slot    text not null,
  cause      text not null check (cause in ('rebuild', 'rollback')),
  rebuild_id uuid references rebuilds,
  -- Up to where the log was projected in what readers saw from then on.
  position   bigint not null,
  -- How long the active generation was held still for it.
  held_ms    double precision not null,
  who        text not null,
  flipped_at timestamptz not null default clock_timestamp()
);
comment on table generation_flips is 'Every change of the generation that readers see.';
