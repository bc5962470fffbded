import { Link } from '@tanstack/react-router';
import type { Status } from '@/api/elements';
import { Icon } from '@/parts/Icon';
import { Time } from '@/parts/Time';
import { useTaskTitle } from '@/records/words';
import { useSection } from '@/words';
import * as words from '@/words/overview';
import * as problemWords from '@/words/problems';
import { said } from '@/words/problems';
import style from './Overview.module.css';

const MOST_SHOWN = 8;

/** What is wrong, the gravest first, or that nothing is. */
export function Problems({ problems, well }: Pick<Status, 'problems' | 'well'>) {
  const text = useSection(words);
  const titleOf = useTaskTitle();
  const saying = useSection(problemWords);
  if (well) {
    return (
      <p className={style.well}>
        <Icon name="check" />
        <span>
          <strong>{text.well}</strong> {text.wellText}
        </span>
      </p>
    );
  }
  const hidden = problems.length - MOST_SHOWN;
  return (
    <section aria-labelledby="wrong" className={style.problems}>
      <h2 id="wrong">{text.wrong}</h2>
      <ul>
        {problems.slice(0, MOST_SHOWN).map((problem) => (
          <li key={`${problem.code} ${problem.element} ${problem.text}`}>
            <Icon name="warning" />
            <span>
              {problem.element && (
                <>
                  <Link to="/elements/$name" params={{ name: problem.element }}>
                    {titleOf(problem.element)}
                  </Link>
                  {': '}
                </>
              )}
              {said(saying, problem.code, problem.text)}
              {problem.since && (
                <small>
                  {' '}
                  {text.since} <Time at={problem.since} />
                </small>
              )}
            </span>
          </li>
        ))}
      </ul>
      {hidden > 0 && <p>{text.more(hidden)}</p>}
    </section>
  );
}
