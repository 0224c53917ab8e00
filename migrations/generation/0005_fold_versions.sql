-- What is kept of a fold belongs to the version of it that made it: another one starts from inception.
alter table fold_checkpoints add column fold_version integer not null default 1;

-- The transaction that a key's fold stopped at, where it is one and not the key as a whole.
alter table quarantine add column transaction_id text;

-- Trades are looked for often, and among however many marks of a price that thousands hold.
create index dirty_fresh on dirty (portfolio_no) where cause in ('transaction', 'correction', 'cancellation');
