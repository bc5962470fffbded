import type { TreeElement } from '@/api/elements';

/** A line of the tree as it is shown: a kind, a folder, or an element. */
export interface Line {
  key: string;
  level: number;
  label: string;
  element: TreeElement | null;
  open: boolean | null;
  position: number;
  of: number;
}

interface Branch {
  key: string;
  label: string;
  branches: Map<string, Branch>;
  elements: TreeElement[];
}

const kindOrder = ['tasks', 'services', 'models', 'databases', 'shared'];

/**
 * Returns the lines that are shown: kinds, then folders before elements, by title.
 * While something is searched for, what matches is shown and every folder above it is open.
 */
export function outline(
  elements: readonly TreeElement[],
  open: ReadonlySet<string>,
  searched: string,
  kindLabel: (kind: string) => string,
): Line[] {
  const wanted = searched.trim().toLocaleLowerCase();
  const shown = wanted === '' ? elements : elements.filter((element) => matches(element, wanted));
  const kinds = new Map<string, Branch>();
  for (const element of shown) {
    const kind = child(kinds, element.kind, element.kind, kindLabel(element.kind));
    place(kind, element).elements.push(element);
  }
  const lines: Line[] = [];
  const sorted = [...kinds.values()].sort(
    (one, other) => kindOrder.indexOf(one.key) - kindOrder.indexOf(other.key),
  );
  append(lines, sorted, [], 1, wanted === '' ? open : null);
  return lines;
}

function matches(element: TreeElement, wanted: string): boolean {
  return (
    element.title.toLocaleLowerCase().includes(wanted) ||
    element.name.toLocaleLowerCase().includes(wanted)
  );
}

/** The name of a task in a folder is `tasks.folder.Name`. */
function place(kind: Branch, element: TreeElement): Branch {
  const folders = element.name.split('.').slice(1, -1);
  return folders.reduce(
    (branch, folder) => child(branch.branches, folder, `${branch.key}/${folder}`, folder),
    kind,
  );
}

function child(branches: Map<string, Branch>, name: string, key: string, label: string): Branch {
  const found = branches.get(name) ?? { key, label, branches: new Map(), elements: [] };
  branches.set(name, found);
  return found;
}

function append(
  lines: Line[],
  branches: Branch[],
  elements: TreeElement[],
  level: number,
  open: ReadonlySet<string> | null,
): void {
  const of = branches.length + elements.length;
  branches.forEach((branch, index) => {
    const isOpen = open?.has(branch.key) ?? true;
    const { key, label } = branch;
    lines.push({ key, level, label, element: null, open: isOpen, position: index + 1, of });
    if (isOpen) {
      const folders = [...branch.branches.values()].sort(byLabel);
      append(lines, folders, branch.elements.sort(byTitle), level + 1, open);
    }
  });
  elements.forEach((element, index) => {
    lines.push({
      key: element.name,
      level,
      label: element.title || element.name,
      element,
      open: null,
      position: branches.length + index + 1,
      of,
    });
  });
}

const collator = new Intl.Collator(undefined, { numeric: true });
const byLabel = (one: Branch, other: Branch) => collator.compare(one.label, other.label);
const byTitle = (one: TreeElement, other: TreeElement) =>
  collator.compare(one.title || one.name, other.title || other.name);
