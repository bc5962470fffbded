import type { FileName } from '@/api/files';
import { APP, SHARED } from '@/api/shared-files';

/** What the address of an element says beside its name. */
export interface ElementSearch {
  /** A task's form is left out of the address: it is what is shown first. */
  mode?: 'source';
  /** The file whose source is shown. */
  file?: FileName;
}

const FILES: readonly FileName[] = [
  'e.json',
  'inner.py',
  'service.py',
  'model.py',
  'config.json',
  'app.json',
  'module.py',
];

export function readElementSearch(search: Record<string, unknown>): ElementSearch {
  const found: ElementSearch = {};
  if (search.mode === 'source') found.mode = 'source';
  const file = FILES.find((each) => each === search.file);
  if (file !== undefined) found.file = file;
  return found;
}

/** The files that an element of a kind is made of; of what is shared, the one that it is. */
export function filesOf(kind: string, type: string, name: string): readonly FileName[] {
  switch (kind) {
    case SHARED:
      return [name === APP ? 'app.json' : 'module.py'];
    case 'tasks':
      return ['e.json', 'inner.py'];
    case 'services':
      return ['e.json', 'service.py'];
    case 'models':
      return type === 'models.TableType' ? ['e.json'] : ['e.json', 'model.py'];
    default:
      return ['e.json', 'config.json'];
  }
}

/** The schema of a kind's e.json. */
export function schemaOf(kind: string): string {
  if (kind === SHARED) return APP;
  return kind.replace(/s$/, '');
}
