import { useId } from 'react';
import type { Shapes } from '@/api/client';
import { useSection } from '@/words';
import * as words from '@/words/preview';
import style from './Coming.module.css';
import { Occurrences } from './Occurrences';
import type { Pause } from './pause';

interface Props {
  occurrences: readonly Shapes['Occurrence'][];
  zone: string;
  pause: Pause | null;
}

/** The next times of a task that fires by the clock. */
export function Coming({ occurrences, zone, pause }: Props) {
  const say = useSection(words);
  const title = useId();
  return (
    <section aria-labelledby={title} className={style.coming}>
      <h3 id={title}>{say.coming}</h3>
      {occurrences.length === 0 && <p>{say.nothingComing}</p>}
      <Occurrences occurrences={occurrences} zone={zone} pause={pause} />
    </section>
  );
}
