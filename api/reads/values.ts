/** What single values of rows look like. By its `format` a text is a decimal, a date or an instant in Arrow and Parquet. */
import { z } from '@hono/zod-openapi';

export const money = z
  .string()
  .meta({ format: 'decimal', description: 'Money, at least two decimals.', example: '1505.00' });
export const number = z
  .string()
  .meta({ format: 'decimal', description: 'A decimal number.', example: '187.32' });
export const fraction = z
  .string()
  .meta({ format: 'decimal', description: 'A fraction: 0.0523 is 5.23 %.', example: '0.0523' });
export const isoDate = z.string().meta({ format: 'date', example: '2025-08-15' });
export const instant = z.string().meta({ format: 'date-time', example: '2025-08-15T10:00:00.000000Z' });
