import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trees } from './arbitrary';
import { canMove, type Direction, move, remove, unwrap, wrap } from './edits';
import { type Group, leaves, type Node } from './tree';

/** A tree in letters: `a(bc)d` is a row, a group of two, and a row. */
function tree(letters: string): Group {
  const stack: Group[] = [{ kind: 'group', id: 'root', join: 'and', children: [], source: null }];
  let groups = 0;
  for (const letter of letters) {
    const top = stack[0] as Group;
    if (letter === ')') stack.shift();
    else if (letter === '(') {
      groups += 1;
      const inner: Group = {
        kind: 'group',
        id: `g${groups}`,
        join: 'or',
        children: [],
        source: null,
      };
      top.children.push(inner);
      stack.unshift(inner);
    } else {
      const condition = {
        field: letter,
        operator: '=' as const,
        value: { shape: 'one' as const, item: true },
      };
      top.children.push({ kind: 'row', id: letter, condition, written: null });
    }
  }
  return stack[0] as Group;
}

function letters(node: Node): string {
  if (node.kind !== 'group') return node.id;
  const inside = node.children.map(letters).join('');
  return node.id === 'root' ? inside : `(${inside})`;
}

describe('move', () => {
  test.each<[string, string, Direction, string]>([
    ['abc', 'b', 'up', 'bac'],
    ['abc', 'b', 'down', 'acb'],
    ['abc', 'a', 'up', 'abc'],
    ['abc', 'c', 'down', 'abc'],
    ['a(bc)', 'a', 'down', '(abc)'],
    ['(bc)a', 'a', 'up', '(bca)'],
    ['(ab)c', 'b', 'down', '(a)bc'],
    ['a(b)', 'b', 'up', 'ab'],
    ['(a)b', 'g1', 'down', 'b(a)'],
    ['((a)b)', 'a', 'up', '(ab)'],
  ])('%s: %s goes %s: %s', (before, id, direction, after) => {
    expect(letters(move(tree(before), id, direction))).toBe(after);
  });

  test('reaches every place: down as often as it can, then up, passes all of them', () => {
    fc.assert(
      fc.property(trees, (start) => {
        const root: Group = { ...start, id: 'root' };
        const id = leaves(root)[0]?.id ?? '';
        let moved = root;
        let steps = 0;
        while (canMove(moved, id, 'down')) {
          moved = move(moved, id, 'down');
          steps += 1;
          expect(steps).toBeLessThan(500);
        }
        expect(moved.children.at(-1)?.id).toBe(id);
        while (canMove(moved, id, 'up')) moved = move(moved, id, 'up');
        expect(moved.children[0]?.id).toBe(id);
        expect(leaves(moved).length).toBe(leaves(root).length);
      }),
    );
  });
});

describe('groups', () => {
  test.each([
    ['a(b)c', 'b', 'ac'],
    ['a((b))', 'b', 'a'],
    ['a(bc)', 'b', 'a(c)'],
    ['a(bc)', 'g1', 'a'],
  ])('%s without %s: %s', (before, id, after) => {
    expect(letters(remove(tree(before), id))).toBe(after);
  });

  test('a row goes into a group that is joined the other way, and back', () => {
    const wrapped = wrap(tree('ab'), 'a');
    expect(letters(wrapped)).toBe('(a)b');
    const made = wrapped.children[0];
    expect(made).toMatchObject({ kind: 'group', join: 'or' });
    expect(letters(unwrap(wrapped, made?.id ?? ''))).toBe('ab');
  });
});
