import { parse } from 'jsonc-parser';

/** What the page itself reads of a task's e.json, saved or not; null where it is not said. */
export interface TaskFacts {
  readonly title: string | null;
  readonly isOfRows: boolean;
  readonly isInner: boolean;
  readonly model: string | null;
}

export function factsOf(text: string): TaskFacts {
  const root: unknown = parse(text, [], { allowTrailingComma: true });
  const document = typeof root === 'object' && root !== null ? root : {};
  const read = new Map<string, unknown>(Object.entries(document));
  const words = (key: string) => {
    const value = read.get(key);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return {
    title: words('title'),
    isOfRows: words('type') === 'tasks.DateFieldType',
    isInner: (words('funcType') ?? 'Inner') === 'Inner',
    model: words('modelPath'),
  };
}
