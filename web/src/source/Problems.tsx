import { Icon } from '@/parts/Icon';
import { useSection } from '@/words';
import * as words from '@/words/source';
import { useDiagnosticWords } from '@/words/use-diagnostic-words';
import style from './Problems.module.css';
import { type Diagnostic, type Range, rangeOf } from './positions';

interface Props {
  text: string;
  diagnostics: readonly Diagnostic[];
  jump: (range: Range) => void;
}

/** What is wrong in a text, in a list; each entry leads to its place. */
export function Problems({ text, diagnostics, jump }: Props) {
  const say = useSection(words);
  const inWords = useDiagnosticWords();
  return (
    <section aria-label={say.problems} className={style.problems}>
      <p role="status" className={style.count}>
        {diagnostics.length === 0 ? say.noProblems : say.problemCount(diagnostics.length)}
      </p>
      <ul>
        {diagnostics.map((each) => (
          <li key={`${each.code} ${each.file} ${each.line} ${each.column} ${each.message}`}>
            <button
              type="button"
              className={style.problem}
              data-severity={each.severity}
              onClick={() => jump(rangeOf(text, each))}
            >
              <Icon name="warning" />
              <span>
                <span className={style.place}>{say.place(each.line, each.column)}</span>{' '}
                {inWords(each)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
