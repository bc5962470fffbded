import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assembled, type Choice, type Chunk, mergeTexts, undecided } from './merge';

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', '', ' '), { maxLength: 8 })
  .map((lines) => lines.join('\n'));

function all(chunks: Chunk[], choice: Choice): string | null {
  const conflicts = chunks.filter((chunk) => chunk.kind === 'conflict');
  return assembled(chunks, Object.fromEntries(conflicts.map(({ key }) => [key, choice])));
}

describe('merging', () => {
  test('one side alone is taken whole, without a question', () => {
    fc.assert(
      fc.property(text, text, (base, changed) => {
        expect(all(mergeTexts(base, changed, base), 'theirs')).toBe(changed);
        expect(undecided(mergeTexts(base, changed, base), {})).toBe(0);
        expect(all(mergeTexts(base, base, changed), 'mine')).toBe(changed);
        expect(undecided(mergeTexts(base, base, changed), {})).toBe(0);
      }),
    );
  });

  test('the same change on both sides is no conflict', () => {
    fc.assert(
      fc.property(text, text, (base, changed) => {
        expect(assembled(mergeTexts(base, changed, changed), {})).toBe(changed);
      }),
    );
  });

  test('nothing is decided for people: a conflict gives no text', () => {
    const chunks = mergeTexts('a\nb\n', 'a\nmine\n', 'a\ntheirs\n');
    expect(undecided(chunks, {})).toBe(1);
    expect(assembled(chunks, {})).toBeNull();
  });

  test.each<[Choice, string]>([
    ['mine', 'A\n-\nmine\n-\nZ\n'],
    ['theirs', 'A\n-\ntheirs\n-\nZ\n'],
    ['both', 'A\n-\ntheirs\nmine\n-\nZ\n'],
  ])('a conflict is decided (%s), and what only one side changed is taken', (choice, expected) => {
    const base = 'a\n-\nb\n-\nz\n';
    const chunks = mergeTexts(base, 'A\n-\nmine\n-\nz\n', 'a\n-\ntheirs\n-\nZ\n');
    expect(undecided(chunks, {})).toBe(1);
    expect(all(chunks, choice)).toBe(expected);
  });

  test('a last line without an end is told from one with an end', () => {
    expect(assembled(mergeTexts('a\nb', 'a\nb', 'a\nb\n'), {})).toBe('a\nb\n');
  });

  test('both sides of a last line without an end are two lines', () => {
    expect(all(mergeTexts('a', 'mine', 'theirs'), 'both')).toBe('theirs\nmine');
  });
});

describe('a second conflict', () => {
  test('keeps the choices of chunks that it does not touch', () => {
    const base = 'a\n-\nb\n';
    const mine = 'mine\n-\nmine\n';
    const first = mergeTexts(base, mine, 'x\n-\ny\n');
    const [one] = first.filter((chunk) => chunk.kind === 'conflict');
    const choices = { [one?.key ?? '']: 'mine' as const };
    const second = mergeTexts(base, mine, 'x\n-\nz\n');
    expect(undecided(second, choices)).toBe(1);
    expect(undecided(first, choices)).toBe(1);
  });

  test('equal conflicts are decided one by one', () => {
    const chunks = mergeTexts('a\n-\na\n', 'm\n-\nm\n', 't\n-\nt\n');
    const keys = chunks.flatMap((chunk) => (chunk.kind === 'conflict' ? [chunk.key] : []));
    expect(new Set(keys).size).toBe(2);
  });
});
