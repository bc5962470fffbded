import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { isTooLong } from '../titles';
import { DraftInput } from './DraftInput';
import type { InputProps } from './input';

/** A title; one that is too long is not taken over. */
export function TitleInput(props: InputProps<string> & { autoFocus?: boolean }) {
  const text = useSection(words);
  return (
    <DraftInput
      {...props}
      isRequired
      isWide
      format={(value) => value}
      parse={(typed) => (isTooLong(typed) ? undefined : typed)}
      invalid={text.titleTooLong}
    />
  );
}
