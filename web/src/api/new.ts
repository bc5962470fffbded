import { api, dataOf, type Shapes } from './client';

/** What a new element is made of, by its kind. */
export type NewElement =
  | { kind: 'task'; body: Shapes['NewTextRequest'] }
  | { kind: 'service'; body: Shapes['NewElementRequest'] }
  | { kind: 'model'; body: Shapes['NewModelRequest'] }
  | { kind: 'database'; body: Shapes['NewDatabaseRequest'] };

/** Writes an element's files; what would not load is refused, and leaves nothing behind. */
export async function createElement(made: NewElement): Promise<Shapes['Written']> {
  switch (made.kind) {
    case 'task':
      return dataOf(await api.POST('/api/new/task', { body: made.body }));
    case 'service':
      return dataOf(await api.POST('/api/new/service', { body: made.body }));
    case 'model':
      return dataOf(await api.POST('/api/new/model', { body: made.body }));
    case 'database':
      return dataOf(await api.POST('/api/new/database', { body: made.body }));
  }
}
