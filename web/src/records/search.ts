/** What the address of the records window says; see rule C16. */
export interface RecordSearch {
  status?: string;
  task?: string;
}

export function readSearch(search: Record<string, unknown>): RecordSearch {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { status: text(search.status), task: text(search.task) };
}
