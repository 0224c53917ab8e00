import { day, isoDate } from '../../../domain/dates.ts';

export function addDays(date: string, days: number): string {
  return isoDate(day(date) + days);
}
