import { useState } from 'react';
import { useSection } from '@/words';
import * as words from '@/words/new-element';
import { Frame } from './Frame';
import { TitleAndName } from './TitleAndName';
import { useCreate } from './use-create';
import { useName } from './use-name';

export function NewService({ close }: { close: () => void }) {
  const text = useSection(words);
  const [title, setTitle] = useState('');
  const naming = useName('services', title);
  const create = useCreate(close);
  const body = { title: title.trim(), ...naming.chosen };
  return (
    <Frame
      title={text.titles.service}
      close={close}
      submit={() => create.mutate({ kind: 'service', body })}
      isPending={create.isPending}
      error={create.error}
    >
      <TitleAndName title={title} setTitle={setTitle} naming={naming} />
      <p>{text.serviceHint}</p>
    </Frame>
  );
}
