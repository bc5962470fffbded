import { describe, expect, it } from 'vitest';
import { dateFieldDraft, scheduledDraft, titleOf, withoutUnfinished } from './drafts';

describe('the text of a new task', () => {
  it.each([
    ['Asia/Shanghai', '2026-01-07 09:00:00'],
    ['America/New_York', '2026-01-06 09:00:00'],
  ])('begins tomorrow at nine in %s', (zone, expected) => {
    const text = scheduledDraft(new Date('2026-01-05T23:30:00Z'), zone);
    expect(JSON.parse(text)).toMatchObject({ timerCfg: { startTime: expected } });
  });

  it('has its title in it', () => {
    const text = dateFieldDraft().replace('"title": ""', '"title": " 到期提醒 "');
    expect(titleOf(text)).toBe('到期提醒');
    expect(titleOf('{')).toBe('');
  });

  it('is not blamed for what nobody has entered yet', () => {
    const at = (pointer: string) => ({
      code: 'c',
      severity: 'error',
      message: '',
      file: 'e.json',
      pointer,
    });
    const found = [at('/modelPath'), at('/timerCfg/startField'), at('/timerCfg/repeat'), at('')];
    expect(withoutUnfinished(dateFieldDraft(), found)).toEqual([at('/timerCfg/repeat'), at('')]);
  });
});
