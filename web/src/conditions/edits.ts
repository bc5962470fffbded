import { type Group, type Join, type Node, newGroup, otherJoin } from './tree';

/** The group in which a node stands; null for the root and for nodes that are not there. */
export function parentOf(group: Group, id: string): Group | null {
  for (const child of group.children) {
    if (child.id === id) return group;
    const found = child.kind === 'group' ? parentOf(child, id) : null;
    if (found) return found;
  }
  return null;
}

/** The node with that id. */
export function find(node: Node, id: string): Node | null {
  if (node.id === id) return node;
  if (node.kind !== 'group') return null;
  return node.children.map((child) => find(child, id)).find((found) => found !== null) ?? null;
}

/** The tree with one node replaced by others; groups in which nothing changed stay the same. */
function replace(group: Group, id: string, by: (node: Node) => Node[]): Group {
  const children = group.children.flatMap((child): Node[] => {
    if (child.id === id) return by(child);
    return child.kind === 'group' ? [replace(child, id, by)] : [child];
  });
  const same =
    children.length === group.children.length &&
    children.every((child, index) => child === group.children[index]);
  return same ? group : { ...group, children };
}

/** Groups that lost their last child go with it. */
function pruned(group: Group): Group {
  const children = group.children.flatMap((child): Node[] => {
    if (child.kind !== 'group') return [child];
    const rest = pruned(child);
    return rest.children.length === 0 ? [] : [rest];
  });
  return { ...group, children };
}

export function setNode(root: Group, node: Node): Group {
  if (node.id === root.id && node.kind === 'group') return node;
  return replace(root, node.id, () => [node]);
}

export function append(root: Group, groupId: string, node: Node): Group {
  const group = find(root, groupId);
  if (group?.kind !== 'group') return root;
  return setNode(root, { ...group, children: [...group.children, node] });
}

export function remove(root: Group, id: string): Group {
  return pruned(replace(root, id, () => []));
}

export function setJoin(root: Group, groupId: string, join: Join): Group {
  const group = find(root, groupId);
  return group?.kind === 'group' ? setNode(root, { ...group, join }) : root;
}

/** Puts a node into a group of its own, joined the other way, to which others can be added. */
export function wrap(root: Group, id: string): Group {
  const join = otherJoin((parentOf(root, id) ?? root).join);
  return replace(root, id, (node) => [newGroup(join, [node])]);
}

/** Puts the children of a group in its place. */
export function unwrap(root: Group, groupId: string): Group {
  return replace(root, groupId, (node) => (node.kind === 'group' ? node.children : [node]));
}

export type Direction = 'up' | 'down';

/**
 * Moves a node one place up or down, as it is seen: past a row, into a group that comes next,
 * and out of its own group at the end of that. Returns the same tree where there is no place.
 */
export function move(root: Group, id: string, direction: Direction): Group {
  const parent = parentOf(root, id);
  const node = parent?.children.find((child) => child.id === id);
  if (!parent || !node) return root;
  const at = parent.children.indexOf(node);
  const step = direction === 'up' ? -1 : 1;
  const next = parent.children[at + step];
  const others = parent.children.filter((child) => child !== node);
  if (next === undefined) return moveOut(root, parent, node, direction);
  if (next.kind === 'group') {
    const inside = direction === 'up' ? [...next.children, node] : [node, ...next.children];
    const children = others.map((child) =>
      child === next ? { ...next, children: inside } : child,
    );
    return setNode(root, { ...parent, children });
  }
  return setNode(root, { ...parent, children: others.toSpliced(at + step, 0, node) });
}

function moveOut(root: Group, parent: Group, node: Node, direction: Direction): Group {
  if (parent.id === root.id) return root;
  const rest = { ...parent, children: parent.children.filter((child) => child !== node) };
  const both = direction === 'up' ? [node, rest] : [rest, node];
  return pruned(replace(root, parent.id, () => both));
}

/** Whether a node can be moved that way. */
export function canMove(root: Group, id: string, direction: Direction): boolean {
  return move(root, id, direction) !== root;
}
