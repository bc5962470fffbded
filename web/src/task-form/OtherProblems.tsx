import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { useDiagnosticWords } from '@/words/use-diagnostic-words';
import { useForm } from './form';
import { problemsElsewhere } from './problems';
import style from './TaskForm.module.css';

/** The places that have a control; what is wrong at others is listed at the top. */
const SHOWN = [
  ...['type', 'title', 'enable', 'description', 'tags', 'modelPath', 'filter'],
  ...['funcType', 'func', 'taskFunc', 'args', 'policy'],
].map((key) => [key]);
const SHOWN_OF_TIMING = [
  ...['startTime', 'startField', 'startOffset', 'repeat', 'endTime', 'endField', 'endOffset'],
  ...['endTimeType', 'skipHoliday', 'skipWeekend', 'holidayRoll', 'calendar', 'timezone'],
].map((key) => ['timerCfg', key]);

export function OtherProblems() {
  const text = useSection(words);
  const inWords = useDiagnosticWords();
  const { diagnostics } = useForm();
  const others = problemsElsewhere(diagnostics, [...SHOWN, ...SHOWN_OF_TIMING]);
  if (others.length === 0) return null;
  const isError = others.some(({ severity }) => severity === 'error');
  return (
    <div className={style.problems} data-severity={isError ? 'error' : 'warning'}>
      <h2>{text.otherProblems}</h2>
      <ul>
        {others.map((each) => (
          <li key={`${each.code} ${each.pointer} ${each.message}`}>{inWords(each)}</li>
        ))}
      </ul>
    </div>
  );
}
