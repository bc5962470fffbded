import type { ReactNode } from 'react';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { requiredText } from '../codecs';
import { Setting } from '../form';
import { TitleInput } from '../inputs/TitleInput';
import { Row } from '../Section';

/** The title of a new task, which begins what is typed, and what follows from it. */
export function Head({ children }: { children: ReactNode }) {
  const text = useSection(words);
  return (
    <Row>
      <Setting path={['title']} codec={requiredText} label={text.title}>
        {(input) => <TitleInput {...input} autoFocus />}
      </Setting>
      {children}
    </Row>
  );
}
