import { expect, test } from 'vitest';
import type { TreeElement } from '@/api/elements';
import { outline } from './outline';

const element = (name: string, kind: string, title: string): TreeElement => ({
  name,
  kind,
  title,
  type: '',
  state: 'ready',
  errors: 0,
  warnings: 0,
});
const elements = [
  element('tasks.billing.Reminder', 'task', 'Reminder'),
  element('tasks.Zebra', 'task', 'Zebra'),
  element('tasks.Apple', 'task', '苹果'),
  element('models.Invoice', 'model', 'Invoices'),
];
const show = (open: string[], searched = '') =>
  outline(elements, new Set(open), searched, (kind) => kind).map(
    (line) => `${'  '.repeat(line.level - 1)}${line.label} ${line.position}/${line.of}`,
  );

test('kinds come first, in their order, and are closed', () => {
  expect(show([])).toEqual(['task 1/2', 'model 2/2']);
});

test('an open kind shows folders before elements', () => {
  expect(show(['task'])).toEqual([
    'task 1/2',
    '  billing 1/3',
    '  Zebra 2/3',
    '  苹果 3/3',
    'model 2/2',
  ]);
});

test('a search opens what holds a match, by title or name', () => {
  expect(show([], 'remind')).toEqual(['task 1/1', '  billing 1/1', '    Reminder 1/1']);
  expect(show([], 'APPLE')).toEqual(['task 1/1', '  苹果 1/1']);
  expect(show([], 'nothing')).toEqual([]);
});
