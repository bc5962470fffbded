import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Schema } from './schema';
import { describedAt, type KnownValues, suggestionsAt } from './suggestions';

const file = new URL('../../../schemas/task.schema.json', import.meta.url);
const task = JSON.parse(readFileSync(file, 'utf-8')) as Schema;

/** `|` is the cursor; returns the labels. */
function at(text: string, known?: KnownValues) {
  return suggestionsAt(task, text.replace('|', ''), text.indexOf('|'), known);
}

function labels(text: string, known?: KnownValues): string[] {
  return at(text, known).list.map(({ label }) => label);
}

/** The text after a suggestion is taken, with the cursor. */
function taken(text: string, label: string): string {
  const { from, to, list } = at(text);
  const found = list.find((each) => each.label === label);
  if (found === undefined) throw new Error(`${label} is not suggested`);
  const plain = text.replace('|', '');
  const head = plain.slice(0, from) + found.json;
  const place = head.length - found.back;
  return `${head.slice(0, place)}|${head.slice(place)}${plain.slice(to)}`;
}

describe('keys', () => {
  test.each([
    ['an empty object', '{|}', 'title'],
    ['a string that is begun', '{"ti|"}', 'title'],
    ['a string without an end', '{"ti|\n}', 'title'],
    ['an object within', '{"timerCfg": {"|"}}', 'startTime'],
    ['after a member', '{"title": "x", |}', 'enable'],
    ['the key that stands there', '{"ti|tle": "x"}', 'title'],
  ])('%s', (_, text, key) => {
    expect(labels(text)).toContain(key);
  });

  test('those that are there already, and old names, are left out', () => {
    expect(labels('{"title": "x", |}')).not.toContain('title');
    expect(labels('{|}')).not.toContain('taskFunc');
  });

  test.each([
    ['{|}', 'title', '{"title": "|"}'],
    ['{"ti|"}', 'title', '{"title": "|"}'],
    ['{"ti|\n}', 'title', '{"title": "|"\n}'],
    ['{|}', 'timerCfg', '{"timerCfg": {|}}'],
    ['{|}', 'enable', '{"enable": 1|}'],
    ['{"|"\n  "title": "x"}', 'enable', '{"enable": 1|,\n  "title": "x"}'],
    ['{"x|": "x"}', 'title', '{"title"|: "x"}'],
  ])('%s takes %s', (text, key, expected) => {
    expect(taken(text, key)).toBe(expected);
  });
});

describe('values', () => {
  test.each([
    ['an enumeration', '{"type": "|"}', 'tasks.DateFieldType'],
    ['numbers', '{"enable": |}', '0'],
    ['within objects', '{"timerCfg": {"repeat": {"repeatType": "w|"}}}', 'week'],
    ['an example', '{"func": "|"}', 'services.ReportSvc.weekly'],
  ])('%s', (_, text, value) => {
    expect(labels(text)).toContain(value);
  });

  test('what the server knows comes first', () => {
    expect(labels('{"func": "|"}', { func: ['services.Own.f'] })[0]).toBe('services.Own.f');
  });

  test('a value replaces the whole token', () => {
    expect(taken('{"funcType": "In|xx", "a": 1}', 'Inner')).toBe('{"funcType": "Inner"|, "a": 1}');
    expect(taken('{"enable": |1}', '0')).toBe('{"enable": 0|}');
  });
});

test('what a key means is described', () => {
  const text = '{"timerCfg": {"startTime": "2026-01-05 09:00:00"}}';
  expect(describedAt(task, text, text.indexOf('startTime'))?.title).toBe('Start time');
  expect(describedAt(task, '{"args": {"x": 1}}', 12)).toBeNull();
});
