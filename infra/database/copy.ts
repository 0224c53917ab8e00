import { setImmediate as turn } from 'node:timers/promises';
import type pg from 'pg';
import copyStreams from 'pg-copy-streams';
import type { RowSource } from './queryable.ts';

const BLOCK_CHARACTERS = 64 * 1024;

/**
 * Joins small pieces of text into blocks of about 64 KiB: a write per row would cost more than the row.
 * Bytes pass as they are; a source gives text or bytes, not both.
 */
async function* inBlocks(chunks: RowSource): AsyncGenerator<Uint8Array> {
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    if (typeof chunk !== 'string') {
      yield chunk;
      continue;
    }
    pieces.push(chunk);
    length += chunk.length;
    if (length >= BLOCK_CHARACTERS) {
      yield Buffer.from(pieces.join(''), 'utf8');
      pieces = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.from(pieces.join(''), 'utf8');
}

/**
 * Feeds a `COPY … FROM STDIN` on a connection that is inside a transaction.
 *
 * The server may refuse a row at any moment. Hence each block's write is awaited before the next one,
 * raced against the statement's own end (the stream breaks, uncatchably, on blocks still queued when the
 * refusal comes), and followed by a turn of the event loop, without which a fast source into a fast
 * socket never lets the refusal be read at all.
 */
export async function copyInto(client: pg.ClientBase, statement: string, chunks: RowSource): Promise<void> {
  const stream = client.query(copyStreams.from(statement));
  const answer: { refused: boolean } = { refused: false };
  const settled = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve);
    stream.on('error', (error) => {
      answer.refused = true;
      reject(error);
    });
  });
  // Whoever awaits it reports the failure; it must not count as unhandled until then.
  const over = settled.catch(() => undefined);

  try {
    for await (const block of inBlocks(chunks)) {
      await Promise.race([over, new Promise<void>((resolve) => stream.write(block, () => resolve()))]);
      await turn();
      if (answer.refused) break;
    }
  } catch (error) {
    // The source failed. The server has to be told, and to answer, before the connection is free.
    if (!answer.refused) stream.destroy(new Error('the source of the rows failed'));
    await over;
    throw error;
  }
  if (!answer.refused) stream.end();
  await settled;
}
