import { usePreferences } from '@/app/preferences';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { numbers } from '../codecs';
import { changesOfPattern, patternOf, REPEAT } from '../cycle';
import { Setting, useForm } from '../form';
import { ChoiceInput } from '../inputs/ChoiceInput';
import { TogglesInput } from '../inputs/TogglesInput';
import { monthNames, weekdayNames } from '../names';
import { problemsAt } from '../problems';

const weekdayCodec = numbers(1, 7);
const dayCodec = numbers(-1, 31);
const weekCodec = numbers(-1, 5);
const monthCodec = numbers(1, 12);
const LAST = -1;
const MONTH_DAYS = Array.from({ length: 31 }, (_, index) => index + 1);
const WEEKS = [1, 2, 3, 4, 5, LAST];

export function Weekdays() {
  const text = useSection(words);
  const { language } = usePreferences();
  return (
    <Setting path={[...REPEAT, 'weekday']} codec={weekdayCodec} label={text.weekdays}>
      {(input) => (
        <TogglesInput
          {...input}
          options={weekdayNames(language)}
          hint={input.value.length === 0 ? text.startsWeekday : undefined}
        />
      )}
    </Setting>
  );
}

export function Months() {
  const text = useSection(words);
  const { language } = usePreferences();
  return (
    <Setting path={[...REPEAT, 'month']} codec={monthCodec} label={text.months}>
      {(input) => (
        <TogglesInput
          {...input}
          options={monthNames(language)}
          hint={input.value.length === 0 ? text.startsMonth : undefined}
        />
      )}
    </Setting>
  );
}

/** Days by their number, or the n-th of some weekdays. */
export function MonthPattern() {
  const text = useSection(words);
  const { root, change, diagnostics, readOnly } = useForm();
  const pattern = patternOf(root);
  return (
    <>
      <ChoiceInput
        label={text.pattern}
        value={pattern}
        onChange={(value) => change(changesOfPattern(root, value), text.pattern)}
        options={(['day', 'week'] as const).map((value) => ({
          value,
          label: text.patterns[value],
        }))}
        problems={problemsAt(diagnostics, [...REPEAT, 'subType'])}
        isDisabled={readOnly}
      />
      {pattern === 'day' ? (
        <MonthDays />
      ) : (
        <>
          <Weeks />
          <Weekdays />
        </>
      )}
    </>
  );
}

function MonthDays() {
  const text = useSection(words);
  return (
    <Setting path={[...REPEAT, 'day']} codec={dayCodec} label={text.monthDays}>
      {(input) => (
        <TogglesInput
          {...input}
          columns={7}
          options={[
            ...MONTH_DAYS.map((value) => ({ value, label: String(value) })),
            { value: LAST, label: text.lastDay },
          ]}
          hint={input.value.length === 0 ? text.startsDay : undefined}
        />
      )}
    </Setting>
  );
}

function Weeks() {
  const text = useSection(words);
  return (
    <Setting path={[...REPEAT, 'week']} codec={weekCodec} label={text.weeks}>
      {(input) => (
        <TogglesInput
          {...input}
          options={WEEKS.map((value) => ({ value, label: text.weekNames[value] ?? String(value) }))}
          hint={input.value.length === 0 ? text.startsWeek : undefined}
        />
      )}
    </Setting>
  );
}
