import { isObject, type JsonObject, set, valueAt } from '@/document';
import { Button } from '@/parts/Button';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { isDate, optionalText, texts } from '../codecs';
import { Setting, useForm } from '../form';
import { ListInput } from '../inputs/ListInput';
import { TextInput } from '../inputs/TextInput';

const CALENDAR = ['timerCfg', 'calendar'] as const;
const PLACES = ['country', 'subdivision', 'market'] as const;
const LISTS = ['extraHolidays', 'extraWorkdays'] as const;
const MARKET = /^[A-Z]{4}$/;

/** The calendar by its code, or in parts, with days of its own. */
export function Calendar() {
  const text = useSection(words);
  const { root, change, readOnly } = useForm();
  const calendar = valueAt(root, CALENDAR);
  if (isObject(calendar)) {
    return (
      <>
        {PLACES.map((key) => (
          <Setting key={key} path={[...CALENDAR, key]} codec={optionalText} label={text[key]}>
            {(input) => <TextInput {...input} />}
          </Setting>
        ))}
        {LISTS.map((key) => (
          <Setting key={key} path={[...CALENDAR, key]} codec={texts} label={text[key]}>
            {(input) => (
              <ListInput
                {...input}
                isItem={isDate}
                invalid={text.datesHint}
                hint={text.datesHint}
              />
            )}
          </Setting>
        ))}
      </>
    );
  }
  return (
    <>
      <Setting path={CALENDAR} codec={optionalText} label={text.calendar}>
        {(input) => <TextInput {...input} hint={text.calendarHint} />}
      </Setting>
      {typeof calendar === 'string' && !readOnly && (
        <Button
          look="quiet"
          onPress={() => change([set(CALENDAR, inParts(calendar))], text.ownCalendar)}
        >
          {text.ownCalendar}
        </Button>
      )}
    </>
  );
}

/** The same calendar as its short form names, to which days can be added. */
function inParts(code: string): JsonObject {
  if (MARKET.test(code)) return { market: code, extraHolidays: [] };
  const [country, subdivision] = code.split('-');
  return subdivision === undefined
    ? { country: code, extraHolidays: [] }
    : { country: country ?? code, subdivision, extraHolidays: [] };
}
