/** The parameters that commands share. */
import { z } from '@hono/zod-openapi';

export const waiting = {
  wait: z.enum(['projected']).optional().meta({
    description: "Reply only when the readers' tables hold the effect.",
  }),
};

export const pendingPolicy = {
  pending: z.enum(['accept']).optional().meta({
    description: 'Accept what cannot be applied yet, as `pending`, instead of refusing it.',
  }),
};

export const IDEMPOTENCY_KEY = 'Idempotency-Key';

export const idempotencyHeader = z.object({
  [IDEMPOTENCY_KEY]: z.string().min(1).max(200).optional().meta({
    description:
      'A repeat of the request with the same key appends nothing; another request with it is a conflict.',
    example: '7f1c2c1e-upload-3',
  }),
});
