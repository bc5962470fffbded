import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { optionalText } from '../codecs';
import { changesOfRule, REPEAT, ruleOf } from '../cycle';
import { Setting, useForm } from '../form';
import { ChoiceInput } from '../inputs/ChoiceInput';
import { TextInput } from '../inputs/TextInput';

/** A custom cycle is a cron expression or a recurrence rule. */
export function CustomRule() {
  const text = useSection(words);
  const { root, change, readOnly } = useForm();
  const rule = ruleOf(root);
  return (
    <>
      <ChoiceInput
        label={text.rule}
        value={rule}
        onChange={(value) => change(changesOfRule(root, value), text.rule)}
        options={(['cron', 'rrule'] as const).map((value) => ({ value, label: text.rules[value] }))}
        problems={[]}
        isDisabled={readOnly}
      />
      <Setting path={[...REPEAT, rule]} codec={ruleText} label={text[rule]}>
        {(input) => <TextInput {...input} hint={text[`${rule}Hint`]} isCode isWide />}
      </Setting>
    </>
  );
}

/** An emptied rule stays: without it the cycle would be another. */
const ruleText = { ...optionalText, empties: [null], clears: false };
