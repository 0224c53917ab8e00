-- What operators leave behind in a generation.

-- The rebuild that ordered the key to be folded again, so that it can be followed and taken back; null for
-- every other mark.
alter table dirty add column rebuild_id uuid;
create index dirty_rebuild on dirty (rebuild_id) where rebuild_id is not null;

-- Superseded rows of these keys (security_no 0: of the portfolio itself) were deleted, or are being deleted:
-- those that an epoch up to this one replaced. What an earlier epoch showed can no longer be read here.
create table pruned_epochs (
  portfolio_no integer not null,
  security_no  integer not null,
  below_epoch  integer not null,
  pruned_at    timestamptz not null default clock_timestamp(),
  primary key (portfolio_no, security_no)
);
comment on table pruned_epochs is 'The lowest epoch of a key that can still be read.';
