import type { QueryClient } from '@tanstack/react-query';
import { type ParseError, parse } from 'jsonc-parser';
import { treeQuery } from '@/api/elements';
import { functionsQuery } from '@/api/functions';
import { modelsQuery } from '@/api/models';
import type { KnownValues } from './suggestions';

const FRESH_MILLIS = 10_000;

/** The names that a file of the tree may give: those of the tree as it is now (rule C11). */
export async function knownNames(queries: QueryClient, text: string): Promise<KnownValues> {
  const { type, modelPath } = said(text);
  const fresh = { staleTime: FRESH_MILLIS };
  const kind = type === 'tasks.DateFieldType' ? 'dateField' : 'scheduled';
  const [elements, functions, models] = await Promise.all([
    queries.fetchQuery({ ...treeQuery, ...fresh }),
    queries.fetchQuery({ ...functionsQuery(kind), ...fresh }),
    queries.fetchQuery({ ...modelsQuery, ...fresh }),
  ]);
  const databases = elements.filter((each) => each.kind === 'databases').map(({ name }) => name);
  const fields = models.find(({ name }) => name === modelPath)?.fields ?? [];
  const dates = fields.filter((field) => field.kind === 'date' || field.kind === 'datetime');
  const callable = functions.filter(({ fits }) => fits).map(({ name }) => name);
  const dated = dates.map(({ name }) => name);
  return {
    func: callable,
    taskFunc: callable,
    modelPath: models.map(({ name }) => name),
    db: databases,
    defaultDatabase: databases,
    startField: dated,
    endField: dated,
  };
}

function said(text: string): { type?: unknown; modelPath?: unknown } {
  const document: unknown = parse(text, [] as ParseError[], { allowTrailingComma: true });
  return typeof document === 'object' && document !== null ? document : {};
}
