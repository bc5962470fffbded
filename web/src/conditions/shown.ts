import type { FilterProblem, ReadFilterNode } from '@/api/filters';
import { saysTheSame } from './meaning';
import { treeOf } from './read';
import { type Group, leaves } from './tree';

/** A tree as it was edited here, and the text that it was written to. */
export interface Edited {
  text: string;
  root: Group;
}

interface Reading {
  text: string;
  tree: ReadFilterNode | null;
  diagnostics: readonly FilterProblem[];
}

/**
 * The tree to show for a text: the one that was edited here as long as the server reads the
 * same in what it was written to, and else what the server reads.
 */
export function shownTree(
  text: string,
  edited: Edited | null,
  reading: Reading,
  unreadable: string,
): { root: Group; isCurrent: boolean } {
  const isRead = reading.text === text;
  if (edited?.text === text) {
    const isOther = isRead && reading.tree !== null && !saysTheSame(edited.root, reading.tree);
    if (!isOther) return { root: edited.root, isCurrent: true };
  }
  const reason = reading.diagnostics[0]?.message ?? unreadable;
  return { root: treeOf(reading.text, reading.tree, reason), isCurrent: isRead };
}

/** The fields that a filter is about, in its order. */
export function namedFields(root: Group): string[] {
  const names = leaves(root).flatMap((leaf) => (leaf.kind === 'row' ? [leaf.condition.field] : []));
  return [...new Set(names)];
}
