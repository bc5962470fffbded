import { useQuery } from '@tanstack/react-query';
import { statusQuery, taskQuery } from '@/api/elements';
import { Icon } from '@/parts/Icon';
import { useTimeFormat } from '@/parts/Time';
import { Trouble } from '@/parts/Trouble';
import { useSection } from '@/words';
import * as words from '@/words/element';
import * as problemWords from '@/words/problems';
import { said } from '@/words/problems';
import style from './Banner.module.css';

/** What keeps a task from running as its files say: a mistake, a database, a pause (R12, H3). */
export function Banner({ name }: { name: string }) {
  const text = useSection(words);
  const { data, error } = useQuery(taskQuery(name));
  const { data: status } = useQuery(statusQuery);
  const saying = useSection(problemWords);
  const write = useTimeFormat();
  if (data === undefined) return error && <Trouble error={error} />;
  const pause = status?.paused.find((each) => each.task === name);
  const own = data.problems.filter(({ element, code }) => element === name && code !== 'blocked');
  const { blocked } = data.task;
  if (own.length + blocked.length === 0 && pause === undefined) return null;
  return (
    <ul className={style.banner}>
      {own.map(({ code, text: problem, since }) => (
        <li key={code}>
          <Icon name="warning" />
          <span>
            {said(saying, code, problem)} {since && <small>{write(since)}</small>}
          </span>
        </li>
      ))}
      {blocked.map(({ code, reason, tries, nextTry }) => (
        <li key={code}>
          <Icon name="warning" />
          <span>
            {reason} <small>{text.tries(tries, write(nextTry))}</small>
          </span>
        </li>
      ))}
      {pause && (
        <li>
          <Icon name="pause" />
          <span>
            {pause.until
              ? text.pausedUntil(write(pause.since), write(pause.until))
              : text.pausedSince(write(pause.since))}{' '}
            {pause.note}
          </span>
        </li>
      )}
    </ul>
  );
}
