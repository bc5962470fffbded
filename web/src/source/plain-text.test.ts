import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainOf, typedPlainly } from './plain-text';

const mixed = fc
  .array(fc.constantFrom('a', 'b', '\n', '\r\n', '\r', '字'), { maxLength: 12 })
  .map((parts) => parts.join(''));
const plain = mixed.map(plainOf);

test('what is typed in a textarea is what the textarea then shows', () => {
  fc.assert(
    fc.property(mixed, plain, (text, typed) => {
      expect(plainOf(typedPlainly(text, typed))).toBe(typed);
    }),
  );
});

test('nothing typed changes nothing', () => {
  fc.assert(
    fc.property(mixed, (text) => {
      expect(typedPlainly(text, plainOf(text))).toBe(text);
    }),
  );
});

test('line ends that are not touched stay as they are', () => {
  expect(typedPlainly('a\r\nb\rc\nd', 'a\nB\nc\nd')).toBe('a\r\nB\rc\nd');
});
