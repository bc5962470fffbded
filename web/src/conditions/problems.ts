import type { FilterProblem, ReadFilterNode } from '@/api/filters';
import { type Group, leaves } from './tree';

/**
 * The problems by the rows that they are about; those of no row are under the root's id.
 * Rows are found by their order, which the text and a tree that says the same have in common.
 */
export function problemsByRow(
  root: Group,
  read: ReadFilterNode | null,
  problems: readonly FilterProblem[],
): Map<string, FilterProblem[]> {
  const written = leaves(root).filter((leaf) =>
    leaf.kind === 'row' ? leaf.written !== null : leaf.text.trim() !== '',
  );
  const spans = read === null ? [] : spansOf(read);
  const found = new Map<string, FilterProblem[]>();
  for (const problem of problems) {
    const at = problem.span[0] ?? 0;
    const index = spans.findIndex(([from = 0, to = 0]) => from <= at && at < to);
    const known = spans.length === written.length ? written[index] : undefined;
    if (known?.kind === 'raw' && known.reason === problem.message) continue; // it is shown there
    const id = known?.id ?? root.id;
    found.set(id, [...(found.get(id) ?? []), problem]);
  }
  return found;
}

function spansOf(node: ReadFilterNode): number[][] {
  return node.kind === 'group' ? node.children.flatMap(spansOf) : [node.span];
}
