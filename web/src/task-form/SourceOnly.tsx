import type { ReactNode } from 'react';
import type { Problem } from '@/document';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { useDiagnosticWords } from '@/words/use-diagnostic-words';
import type { Diagnostic } from './problems';
import style from './TaskForm.module.css';

interface Props {
  problem: Problem;
  diagnostics: readonly Diagnostic[];
  toSource?: ReactNode;
}

/** Why there is no form: the text is no JSON, or not of one meaning (rule C12). */
export function SourceOnly({ problem, diagnostics, toSource }: Props) {
  const said = useSection(words);
  const inWords = useDiagnosticWords();
  const first = diagnostics.find(({ severity }) => severity === 'error');
  return (
    <div role="alert" className={style.problems} data-severity="error">
      <p>{said.sourceOnly}</p>
      <p>
        {first === undefined
          ? said.problems[problem.kind]
          : `${first.line}:${first.column} ${inWords(first)}`}
      </p>
      {toSource}
    </div>
  );
}
