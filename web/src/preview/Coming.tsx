import { useId } from 'react';
import type { Shapes } from '@/api/client';
import { Time, useTimeFormat, viewerZone } from '@/parts/Time';
import { useSection } from '@/words';
import * as words from '@/words/preview';
import style from './Coming.module.css';

type Occurrence = Shapes['Occurrence'];

/** The next times of a task, with those between them that do not fire, each with its reason. */
export function Coming({ occurrences, zone }: { occurrences: Occurrence[]; zone: string }) {
  const say = useSection(words);
  const title = useId();
  return (
    <section aria-labelledby={title} className={style.coming}>
      <h3 id={title}>{say.coming}</h3>
      {occurrences.length === 0 && <p>{say.nothingComing}</p>}
      <Occurrences occurrences={occurrences} zone={zone} />
    </section>
  );
}

interface Named extends Occurrence {
  /** What people know the row by. */
  label?: string;
}

export function Occurrences({ occurrences, zone }: { occurrences: Named[]; zone: string }) {
  return (
    <ol className={style.list}>
      {occurrences.map((each) => (
        <li key={`${each.nominal} ${each.row}`} className={style.occurrence}>
          <When occurrence={each} zone={zone} />
          {each.label !== undefined && <span className={style.row}>{each.label}</span>}
          <Notes notes={each.notes} />
        </li>
      ))}
    </ol>
  );
}

function When({ occurrence, zone }: { occurrence: Occurrence; zone: string }) {
  const say = useSection(words);
  const own = useTimeFormat(viewerZone);
  const at = occurrence.effective ?? occurrence.nominal;
  const time = <Time at={at} zone={zone} />;
  return (
    <span>
      {occurrence.effective === null ? <s>{time}</s> : time}
      {zone !== viewerZone && <span className={style.own}> {say.yours(own(at))}</span>}
    </span>
  );
}

function Notes({ notes }: { notes: Occurrence['notes'] }) {
  const say = useSection(words);
  return notes.map(({ code, text }) => (
    <span key={code + text} className={style.note} data-code={code}>
      <strong>{say.notes[code] ?? code}</strong> {text}
    </span>
  ));
}
