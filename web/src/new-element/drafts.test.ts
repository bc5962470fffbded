import { describe, expect, it } from 'vitest';
import { dateFieldDraft, missingIn, scheduledDraft, titleOf, withoutUnfinished } from './drafts';

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

  it('lacks what its form asks for, in the order of the form', () => {
    const words = { title: 'Enter a title.', model: 'Choose a model.', field: 'Choose a field.' };
    const missing = (text: string) =>
      missingIn(text, words).map(({ pointer, message }) => [pointer, message]);
    expect(missing(dateFieldDraft().replace('"title": ""', '"title": " "'))).toEqual([
      ['/title', 'Enter a title.'],
      ['/modelPath', 'Choose a model.'],
      ['/timerCfg/startField', 'Choose a field.'],
    ]);
    expect(
      missing(scheduledDraft(new Date(), 'UTC').replace('"title": ""', '"title": "T"')),
    ).toEqual([]);
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
