import type { Problem } from '@/document';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import style from './TaskForm.module.css';

/** Why there is no form: the text is no JSON, or not of one meaning (rule C12). */
export function SourceOnly({ text, problem }: { text: string; problem: Problem }) {
  const said = useSection(words);
  const lines = text.slice(0, problem.from).split(/\r\n|\n|\r/);
  const place = said.place(lines.length, (lines.at(-1)?.length ?? 0) + 1);
  return (
    <div role="alert" className={style.problems} data-severity="error">
      <p>{said.sourceOnly}</p>
      <p>
        {said.problems[problem.kind]}: {problem.detail} ({place})
      </p>
    </div>
  );
}
