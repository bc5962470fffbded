import { useSection } from '@/words';
import * as words from '@/words/task-form';
import type { InputProps } from '../inputs/input';
import { TextInput } from '../inputs/TextInput';

interface Props extends InputProps<string> {
  model: string | null;
}

/** The place of the filter. */
export function FilterSlot({ model: _, ...input }: Props) {
  const text = useSection(words);
  return <TextInput {...input} hint={text.filterHint} isCode isTall />;
}
