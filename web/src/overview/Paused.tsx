import { Link } from '@tanstack/react-router';
import type { Status } from '@/api/elements';
import { Time } from '@/parts/Time';
import { useTaskTitle } from '@/records/words';
import { useSection } from '@/words';
import * as words from '@/words/overview';
import { Block } from './Block';
import style from './Overview.module.css';

/** The tasks that are paused, and until when; nothing where none is. */
export function Paused({ pauses }: { pauses: Status['paused'] }) {
  const text = useSection(words);
  const titleOf = useTaskTitle();
  if (pauses.length === 0) return null;
  return (
    <Block title={text.paused}>
      <ul>
        {pauses.map((pause) => (
          <li key={pause.task} className={style.line}>
            <Link to="/elements/$name" params={{ name: pause.task }} className={style.name}>
              {titleOf(pause.task)}
              {pause.note && <span className={style.quiet}> · {pause.note}</span>}
            </Link>
            <small>
              {pause.until ? (
                <>
                  {text.until} <Time at={pause.until} />
                </>
              ) : (
                text.untilResumed
              )}
            </small>
          </li>
        ))}
      </ul>
    </Block>
  );
}
