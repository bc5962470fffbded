import { expect, test } from 'vitest';
import type { Shapes } from '@/api/client';
import { errorInInner } from './trial';

const answer: Shapes['Trial'] = {
  task: 'tasks.billing.Reminder',
  version: 'abc',
  outcome: 'failed',
  result: null,
  output: [],
  error: null,
  filterValues: null,
  passes: null,
  rolledBack: true,
  seconds: 0.1,
};

function failedIn(file: string | null, line: number | null) {
  const text = 'Traceback (most recent call last):\n  …\nValueError: no such day\n';
  return errorInInner({ answer: { ...answer, error: { text, file, line } }, inner: '' });
}

test('an error in the own function is shown at its line, by its last line', () => {
  expect(failedIn('tasks/billing/Reminder/inner.py', 7)).toMatchObject({
    line: 7,
    message: 'ValueError: no such day',
    severity: 'error',
  });
});

test('an error elsewhere has no place in it', () => {
  expect(failedIn('services/Reminder/service.py', 7)).toBeNull();
  expect(failedIn(null, null)).toBeNull();
  expect(errorInInner({ answer, inner: '' })).toBeNull();
});
