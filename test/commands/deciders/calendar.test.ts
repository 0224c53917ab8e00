import { describe, it } from 'vitest';
import { decideBusinessDate, evolveCalendar, initialCalendar } from '../../../commands/deciders/calendar.ts';
import type { DomainEvent } from '../../../domain/events.ts';
import { spec } from '../support/spec.ts';

const given = spec(decideBusinessDate, evolveCalendar, initialCalendar);
const advanced = (date: string): DomainEvent => ({ type: 'BusinessDateAdvanced', data: { date } });
const today = '2025-08-20';

describe('advancing the business date', () => {
  it('goes forwards', () =>
    given(advanced('2025-08-19')).when({ date: '2025-08-20', today }).then(advanced('2025-08-20')));
  it.each(['2025-08-19', '2025-08-01'])('never goes backwards: %s changes nothing', (date) =>
    given(advanced('2025-08-18'), advanced('2025-08-19')).when({ date, today }).thenNothing(),
  );
  it('may be a week ahead of today, not more', () => {
    given().when({ date: '2025-08-27', today }).then(advanced('2025-08-27'));
    given().when({ date: '2025-08-28', today }).thenRefused('invalid', 'date future');
  });
});
