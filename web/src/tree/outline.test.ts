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
  element('tasks.billing.Reminder', 'tasks', 'Reminder'),
  element('tasks.Zebra', 'tasks', 'Zebra'),
  element('tasks.Apple', 'tasks', '苹果'),
  element('models.Invoice', 'models', 'Invoices'),
];
const show = (open: string[], searched = '') =>
  outline(elements, new Set(open), searched, (kind) => kind).map(
    (line) => `${'  '.repeat(line.level - 1)}${line.label} ${line.position}/${line.of}`,
  );

test('kinds come first, in their order, and are closed', () => {
  expect(show([])).toEqual(['tasks 1/2', 'models 2/2']);
});

test('an open kind shows folders before elements', () => {
  expect(show(['tasks'])).toEqual([
    'tasks 1/2',
    '  billing 1/3',
    '  Zebra 2/3',
    '  苹果 3/3',
    'models 2/2',
  ]);
});

test('a search opens what holds a match, by title or name', () => {
  expect(show([], 'remind')).toEqual(['tasks 1/1', '  billing 1/1', '    Reminder 1/1']);
  expect(show([], 'APPLE')).toEqual(['tasks 1/1', '  苹果 1/1']);
  expect(show([], 'nothing')).toEqual([]);
});
