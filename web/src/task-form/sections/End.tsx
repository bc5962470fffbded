import { useQuery } from '@tanstack/react-query';
import { modelsQuery } from '@/api/models';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { calendarDate, requiredText, wallTime } from '../codecs';
import {
  changesOfEnding,
  END_FIELD,
  END_OFFSET,
  END_TIME,
  END_TYPE,
  type Ending,
  endingOf,
} from '../ending';
import { Setting, useForm } from '../form';
import { ChoiceInput } from '../inputs/ChoiceInput';
import { TimeInput } from '../inputs/TimeInput';
import { dateFieldOptions, dateFieldsOf, modelPathOf } from '../pickers';
import { problemsAt } from '../problems';
import { RawCell } from '../RawCell';
import { Row } from '../Section';
import { OffsetInputs } from './OffsetInputs';

/** What ends the repeats: nothing, a time, a day, or a field of the row. */
export function End({ hasRows }: { hasRows: boolean }) {
  const text = useSection(words);
  const { root, change, diagnostics, readOnly } = useForm();
  const { data: models = [] } = useQuery({ ...modelsQuery, enabled: hasRows });
  const model = modelPathOf(root);
  const ending = endingOf(root, hasRows);
  const field = dateFieldsOf(models, model)[0]?.name ?? null;
  const choose = (value: Ending) =>
    change(changesOfEnding(root, hasRows, value, { at: inAYear(), field }), text.ends);
  const offered = ENDINGS.filter(
    (each) =>
      each === ending || (each !== 'other' && (each !== 'field' || (hasRows && field !== null))),
  );
  return (
    <Row title={text.end}>
      <ChoiceInput
        label={text.ends}
        value={ending}
        onChange={choose}
        options={offered.map((value) => ({ value, label: text.endings[value] }))}
        problems={problemsAt(diagnostics, END_TYPE)}
        isDisabled={readOnly}
      />
      {ending === 'time' && (
        <Setting path={END_TIME} codec={wallTime} label={text.endTime}>
          {(input) => <TimeInput {...input} type="datetime-local" />}
        </Setting>
      )}
      {ending === 'day' && (
        <Setting path={END_TIME} codec={calendarDate} label={text.endDay}>
          {(input) => <TimeInput {...input} type="date" />}
        </Setting>
      )}
      {ending === 'other' && <RawCell path={END_TIME} label={text.endTime} expected="time" />}
      {ending === 'field' && (
        <>
          <Setting path={END_FIELD} codec={requiredText} label={text.endField}>
            {(input) => (
              <ChoiceInput
                {...input}
                options={dateFieldOptions(models, model, input.value, text)}
              />
            )}
          </Setting>
          <OffsetInputs path={END_OFFSET} />
        </>
      )}
    </Row>
  );
}

const ENDINGS: readonly Ending[] = ['never', 'time', 'day', 'field', 'other'];

/** A first proposal, from the viewer's clock. */
function inAYear(): string {
  const now = new Date();
  const day = new Date(Date.UTC(now.getFullYear() + 1, now.getMonth(), now.getDate()));
  return `${day.toISOString().slice(0, 10)} 23:59:59`;
}
