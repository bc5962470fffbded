import { useQuery } from '@tanstack/react-query';
import { modelsQuery } from '@/api/models';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { optionalText, requiredText } from '../codecs';
import { Setting, useForm } from '../form';
import { ChoiceInput } from '../inputs/ChoiceInput';
import { dateFieldOptions, modelOptions, modelPathOf } from '../pickers';
import { changesOfField, changesOfModel } from '../rows';
import { Row } from '../Section';
import { FilterSlot } from './FilterSlot';
import { OffsetInputs } from './OffsetInputs';

const START_OFFSET = ['timerCfg', 'startOffset'] as const;

/** The model whose rows fire, which of them, and when: 7 days before a field at 09:00. */
export function StartField() {
  const text = useSection(words);
  const { root, change } = useForm();
  const { data: models = [] } = useQuery(modelsQuery);
  const name = modelPathOf(root);
  return (
    <>
      <Row>
        <Setting path={['modelPath']} codec={requiredText} label={text.model}>
          {(input) => (
            <ChoiceInput
              {...input}
              onChange={(value) => change(changesOfModel(root, models, value), text.model)}
              options={modelOptions(models, input.value, text)}
            />
          )}
        </Setting>
      </Row>
      <Setting path={['filter']} codec={optionalText} label={text.filter}>
        {(input) => <FilterSlot {...input} model={name} />}
      </Setting>
      <Row title={text.start}>
        <Setting path={['timerCfg', 'startField']} codec={requiredText} label={text.field}>
          {(input) => (
            <ChoiceInput
              {...input}
              onChange={(value) => change(changesOfField(root, models, name, value), text.field)}
              options={dateFieldOptions(models, name, input.value, text)}
            />
          )}
        </Setting>
        <OffsetInputs path={START_OFFSET} />
      </Row>
    </>
  );
}
