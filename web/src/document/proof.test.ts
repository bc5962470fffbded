import { describe, expect, it } from 'vitest';
import { type Document, readDocument } from './document';
import { isProved } from './proof';
import type { Step } from './steps';

const TEXT = '{ "a": 1.0,\n  "b": [1, 2] }';

const replace: Step = { kind: 'replace', path: ['a'], value: 2 };
const insert: Step = { kind: 'insert', path: [], index: 2, entry: { key: 'c', value: 3 } };
const remove: Step = { kind: 'delete', path: [], index: 1 };
const move: Step = { kind: 'move', path: ['b'], from: 0, to: 1 };

describe('the proof of a step', () => {
  it.each([
    ['a replacement', replace, '{ "a": 2,\n  "b": [1, 2] }'],
    ['an insertion', insert, '{ "a": 1.0,\n  "b": [1, 2],\n  "c": 3 }'],
    ['a deletion', remove, '{ "a": 1.0 }'],
    ['a move', move, '{ "a": 1.0,\n  "b": [2, 1] }'],
  ])('holds for %s', (_, step, after) => {
    expect(isProved(document(TEXT), step, document(after))).toBe(true);
  });

  it.each([
    ['another value', replace, '{ "a": 3,\n  "b": [1, 2] }'],
    ['a blank elsewhere', replace, '{ "a": 2,\n  "b": [1,  2] }'],
    ['a number that is spelt anew', insert, '{ "a": 1,\n  "b": [1, 2],\n  "c": 3 }'],
    ['a line end that changed', insert, '{ "a": 1.0,\r\n  "b": [1, 2],\n  "c": 3 }'],
    ['another place', insert, '{ "a": 1.0,\n  "c": 3,\n  "b": [1, 2] }'],
    ['another key', insert, '{ "a": 1.0,\n  "b": [1, 2],\n  "d": 3 }'],
    ['one more that is gone', remove, '{ }'],
    ['a sibling that is gone instead', remove, '{ "b": [1, 2] }'],
    ['a separator that is new', remove, '{  "a": 1.0 }'],
    ['a move that kept the order', move, TEXT],
    ['a move that touched a gap', move, '{ "a": 1.0,\n  "b": [2,1] }'],
  ])('fails for %s', (_, step, after) => {
    expect(isProved(document(TEXT), step, document(after))).toBe(false);
  });
});

function document(text: string): Document {
  const reading = readDocument(text);
  if ('problem' in reading) throw new Error(reading.problem.detail);
  return reading.document;
}
