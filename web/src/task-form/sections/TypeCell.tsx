import { valueAt } from '@/document';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { useForm } from '../form';
import { RawCell } from '../RawCell';

/** The type is chosen when a task is made; another than the two of tasks stands raw. */
export function TypeCell() {
  const text = useSection(words);
  const { root } = useForm();
  const type = valueAt(root, ['type']);
  if (type === 'tasks.NormalType' || type === 'tasks.DateFieldType') return null;
  return <RawCell path={['type']} label={text.type} expected="choice" />;
}
