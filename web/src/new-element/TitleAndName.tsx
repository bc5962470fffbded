import { TextInput } from '@/task-form/inputs/TextInput';
import { useSection } from '@/words';
import * as words from '@/words/new-element';
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
  return (
    <div className={style.row}>
      <TextInput
        label={text.title}
        value={title}
        onChange={setTitle}
        problems={[]}
        isRequired
        isWide
        autoFocus
      />
      <NameInputs naming={naming} />
    </div>
  );
}
