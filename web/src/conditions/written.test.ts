import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonOf, trees } from './arbitrary';
import type { Node } from './tree';
import { writeFilter } from './write';

/** What `tests/query/test_page_filters.py` reads each text as. */
function described(node: Node): unknown {
  if (node.kind === 'group') return { join: node.join, children: node.children.map(described) };
  if (node.kind === 'raw') return node.text;
  const { field, operator, value } = node.condition;
  return [field, operator, jsonOf(value)];
}

test('texts of drawn trees are those that the server is tested with', async () => {
  const drawn = fc.sample(trees, { seed: 20, numRuns: 250 });
  const cases = drawn.map((tree) =>
    JSON.stringify({ text: writeFilter(tree), tree: described(tree) }),
  );
  await expect(`[\n${cases.join(',\n')}\n]\n`).toMatchFileSnapshot(
    '../../../tests/query/page_filters.json',
  );
});
