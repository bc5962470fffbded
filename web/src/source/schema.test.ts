import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { membersAt, type Schema, schemasAt, valuesOf } from './schema';

const file = new URL('../../../schemas/task.schema.json', import.meta.url);
const task = JSON.parse(readFileSync(file, 'utf-8')) as Schema;
const scheduled = { type: 'tasks.NormalType' };
const dateField = { type: 'tasks.DateFieldType' };

function keys(path: (string | number)[], document: unknown): string[] {
  return [...membersAt(task, path, document).keys()];
}

test('the members follow from the type', () => {
  expect(keys([], dateField)).toContain('modelPath');
  expect(keys([], scheduled)).not.toContain('modelPath');
  expect(keys([], {})).toContain('timerCfg');
});

test.each<[(string | number)[], string]>([
  [['timerCfg'], 'startTime'],
  [['timerCfg', 'repeat'], 'repeatType'],
  [['policy'], 'misfire'],
  [['policy', 'retry'], 'backoff'],
  [['timerCfg', 'calendar'], 'country'],
])('members at %j', (path, key) => {
  expect(keys(path, scheduled)).toContain(key);
});

test.each<[(string | number)[], unknown]>([
  [['type'], 'tasks.DateFieldType'],
  [['enable'], 0],
  [['timerCfg', 'repeat', 'repeatType'], 'week'],
  [['timerCfg', 'calendar'], 'US-CA'],
  [['policy', 'timeoutSeconds'], 43200],
])('values at %j', (path, value) => {
  expect(valuesOf(schemasAt(task, path, scheduled))).toContainEqual(value);
});

test('each value is named once', () => {
  const values = valuesOf(schemasAt(task, ['enable'], scheduled));
  expect(values).toEqual([0, 1]);
});

test('a place that no schema describes has none', () => {
  expect(schemasAt(task, ['args', 'month', 3], scheduled)).toEqual([]);
});

test('a schema that refers to itself ends', () => {
  const loop: Schema = { $defs: { a: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' };
  expect(schemasAt(loop, [], {}).length).toBeGreaterThan(0);
});
