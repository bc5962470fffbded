import { expect, test } from 'vitest';
import { isTooLong } from './titles';

test('a title has at most 200 characters, whatever they take in memory', () => {
  expect(isTooLong('😀'.repeat(200))).toBe(false);
  expect(isTooLong('a'.repeat(201))).toBe(true);
});
