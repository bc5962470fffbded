import { Icon } from '@/parts/Icon';
import { useDiagnosticWords } from '@/words/use-diagnostic-words';
import style from './Conditions.module.css';
import { useFilter } from './filter-context';

/** What the server finds wrong with a part of the filter. */
export function Problems({ id }: { id: string }) {
  const { problems } = useFilter();
  const inWords = useDiagnosticWords();
  const found = problems.get(id);
  if (!found?.length) return null;
  return (
    <ul className={style.problems}>
      {found.map(({ code, message, hint }) => (
        <li key={`${code} ${message}`}>
          <Icon name="warning" />
          <span>{inWords({ code, message, hint })}</span>
        </li>
      ))}
    </ul>
  );
}
