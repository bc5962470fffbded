import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { nextQuery } from '@/api/elements';
import { Empty } from '@/parts/Empty';
import { Loading } from '@/parts/Loading';
import { Time } from '@/parts/Time';
import { Trouble } from '@/parts/Trouble';
import { useTaskTitle } from '@/records/words';
import { useSection } from '@/words';
import * as words from '@/words/overview';
import { Block } from './Block';
import style from './Overview.module.css';

/** The next occurrences of tasks; each has its own zone. */
export function ComingUp() {
  const text = useSection(words);
  const next = useQuery(nextQuery);
  const titleOf = useTaskTitle();
  return (
    <Block title={text.comingUp}>
      {next.isPending && <Loading />}
      {next.error && <Trouble error={next.error} retry={() => void next.refetch()} />}
      {next.data?.length === 0 && <Empty>{text.nothingComingUp}</Empty>}
      <ol>
        {next.data?.map((occurrence) => (
          <li
            key={`${occurrence.task} ${occurrence.row} ${occurrence.nominal}`}
            className={style.line}
          >
            <Link to="/elements/$name" params={{ name: occurrence.task }} className={style.name}>
              {titleOf(occurrence.task)}
              {occurrence.row !== null && <span className={style.quiet}> · {occurrence.row}</span>}
            </Link>
            <small>
              <Time at={occurrence.effective ?? occurrence.nominal} zone={occurrence.zone} />
            </small>
          </li>
        ))}
      </ol>
    </Block>
  );
}
