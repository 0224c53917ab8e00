-- Where the upstream's own figure for a transaction's cost differs from ours by more than its last minor
-- unit. Recorded for people to look at; ours is what the books use.
create table cost_discrepancies (
  portfolio_no   integer not null,
  security_no    integer not null,
  transaction_id text not null,
  upstream       numeric not null,
  computed       numeric not null,
  primary key (portfolio_no, transaction_id)
);
