import { TextInput } from '@/task-form/inputs/TextInput';
import { isTooLong } from '@/task-form/titles';
import { useSection } from '@/words';
import * as words from '@/words/new-element';
import * as formWords from '@/words/task-form';
import { NameInputs } from './NameInputs';
import style from './NewElement.module.css';
import type { Naming } from './use-name';

interface Props {
  title: string;
  setTitle: (title: string) => void;
  naming: Naming;
}

export function TitleAndName({ title, setTitle, naming }: Props) {
  const text = useSection(words);
  const form = useSection(formWords);
  return (
    <div className={style.row}>
      <TextInput
        label={text.title}
        value={title}
        onChange={setTitle}
        problems={[]}
        error={isTooLong(title) ? form.titleTooLong : undefined}
        isRequired
        isWide
        autoFocus
      />
      <NameInputs naming={naming} />
    </div>
  );
}
