/** A history projected step by step, with what the tables answered after each step. */
import { tableReadModel } from '../../../infra/read-model/read-models.ts';
import type { ReadModels } from '../../../projections/queries/read-model.ts';
import type { Books, Fact } from '../../support/books.ts';
import { answersOn, answersOnAll } from './answers.ts';
import type { Asked } from './answers.ts';

export interface Moment {
  readonly position: number;
  readonly all: unknown;
  readonly portfolios: Readonly<Record<string, unknown>>;
}

/** The readers' tables of the books. */
export function currentTables(books: Books): ReadModels['current'] {
  return async (work) => {
    const slot = await books.generations.active();
    return work(
      tableReadModel(slot === 'gen_a' ? books.db.database : books.db.open({ searchPath: `${slot},public` })),
    );
  };
}

/** Projects the steps one after another and captures the tables' answers after each. */
export async function moments(
  books: Books,
  asked: Asked,
  steps: readonly (readonly Fact[])[],
): Promise<Moment[]> {
  const current = currentTables(books);
  const captured: Moment[] = [];
  for (const step of steps) {
    await books.project(...step);
    captured.push(
      await current(async (model) => {
        const portfolios: Record<string, unknown> = {};
        for (const id of asked.portfolios) portfolios[id] = await answersOn(model, id, asked);
        return {
          position: (await model.version()).position,
          all: await answersOnAll(model, asked),
          portfolios,
        };
      }),
    );
  }
  return captured;
}
