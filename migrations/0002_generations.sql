-- The read model exists twice, in the schemas gen_a and gen_b. Readers use the active one; a rebuild
-- fills the other beside it, and a flip for every reader is an update of this one row.

create table active_generation (
  only_row   boolean primary key default true check (only_row),
  slot       text not null check (slot in ('gen_a', 'gen_b')),
  flipped_at timestamptz not null default clock_timestamp()
);
comment on table active_generation is 'Which generation of the read model readers see.';
insert into active_generation (slot) values ('gen_a');
