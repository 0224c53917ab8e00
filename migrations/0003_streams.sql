-- Kafka: how far each partition has been taken in, what could not be taken, and what is to be published.

create table kafka_offsets (
  group_id    text not null,
  topic       text not null,
  partition   integer not null,
  next_offset bigint not null check (next_offset >= 0),
  updated_at  timestamptz not null default clock_timestamp(),
  primary key (group_id, topic, partition)
);
comment on table kafka_offsets is
  'The next message of each partition; advanced by compare-and-set in the transaction that holds the effects.';

create table dead_letters (
  dead_letter_id bigint generated always as identity primary key,
  topic          text not null,
  partition      integer not null,
  message_offset bigint not null,
  key            bytea,
  value          bytea,
  -- Pairs of name and base64, in their order: a header may come twice and hold any bytes.
  headers        json not null,
  error_code     text not null,
  error_message  text not null,
  received_at    timestamptz not null default clock_timestamp(),
  -- When it was copied to the topic's dead-letter topic; null while that is still to be done.
  published_at   timestamptz,
  status         text not null default 'open' check (status in ('open', 'retried', 'discarded')),
  resolved_at    timestamptz,
  unique (topic, partition, message_offset)
);
create index dead_letters_unpublished on dead_letters (dead_letter_id) where published_at is null;
create index dead_letters_open on dead_letters (topic, dead_letter_id) where status = 'open';
comment on table dead_letters is 'Messages that could not be parsed or applied, as they were received, and why.';

-- What a fold changed, in short; the publisher makes the messages of it. Written in the fold's own
-- transaction, which holds the portfolio: the ids of one portfolio's rows are in commit order.
create table outbox (
  outbox_id      bigint generated always as identity primary key,
  kind           text not null check (kind in ('snapshots', 'replay', 'aggregation')),
  portfolio_id   text not null,
  security_id    text,
  epoch          integer,
  from_day       integer,
  through_day    integer,
  correlation_id text,
  noted_at       timestamptz not null default clock_timestamp()
);
comment on table outbox is 'What is still to be published to Kafka; a row is deleted once the broker has it.';

create table outbox_publisher (
  only_row boolean primary key default true check (only_row)
);
insert into outbox_publisher default values;
comment on table outbox_publisher is 'One row; whoever holds its lock publishes, so that messages keep their order.';

create table aggregation_days (
  portfolio_id   text not null,
  date           date not null,
  -- eligible: its snapshots are there; scheduled: the order is out; pending: ordered and not complete yet.
  state          text not null check (state in ('eligible', 'scheduled', 'pending', 'done')),
  correlation_id text,
  -- The epoch of the portfolio's row when the order was done.
  epoch          integer,
  requested_at   timestamptz,
  aggregated_at  timestamptz,
  primary key (portfolio_id, date)
);
create index aggregation_days_waiting on aggregation_days (portfolio_id, date) where state <> 'done';
comment on table aggregation_days is 'Days of portfolios on their way through portfolio_aggregation_required, and the order behind each.';
